import { Reason } from '../contract';

/** The HTTP status that an error of the SDK came with; undefined where S3 did not answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

export function reasonOf(error: unknown): Reason {
  return statusOf(error) === 403 ? 'denied' : 'not-answering';
}

/** What a log may hold of an error: messages of S3 name objects, and those of links would hold them. */
export function describeError(error: unknown): Record<string, unknown> | undefined {
  if (error === undefined) return undefined;
  const { name, code } = error as { name?: string; code?: string };
  return { name, code, status: statusOf(error) };
}
