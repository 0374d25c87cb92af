import { Reason } from '../contract';

/** The HTTP status code of an SDK error. Undefined if S3 did not respond. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

export function reasonOf(error: unknown): Reason {
  return statusOf(error) === 403 ? 'denied' : 'not-answering';
}

/** The parts of an error that can be logged: messages may contain keys or links. */
export function describeError(error: unknown): Record<string, unknown> | undefined {
  if (error === undefined) return undefined;
  const { name, code } = error as { name?: string; code?: string };
  return { name, code, status: statusOf(error) };
}
