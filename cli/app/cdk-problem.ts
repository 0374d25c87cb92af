import type { ConfigDocument } from '../config/document';
import type { Path } from '../config/path';
import type { Problem } from '../problems';

/** Shorter values can occur in a message by coincidence. */
const MIN_UNQUOTED_LENGTH = 8;

/**
 * An error of aws-cdk-lib as a problem. It names no property, but often the value: if one property alone has that value,
 * the problem is there. Nothing for errors that input does not cause.
 */
export function cdkProblem(error: unknown, document: ConfigDocument): Problem | undefined {
  if (!(error instanceof Error) || isBug(error)) return undefined;
  const message = error.message.replace(/Resolution error: /g, '').replace(/[.\s]*Object creation stack:[^]*$/, '.');
  const named = textsIn(document.value).filter(
    ({ text }) => message.includes(`'${text}'`) || (text.length >= MIN_UNQUOTED_LENGTH && message.includes(text)),
  );
  return document.problem(named.length === 1 ? named[0].path : [], message.replace(/\s*\n\s*/g, ' '));
}

/** A defect in code, or an error of the file system. */
function isBug(error: Error): boolean {
  const isOfLanguage = [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
  return isOfLanguage || (error as NodeJS.ErrnoException).code !== undefined;
}

function textsIn(value: unknown, path: Path = []): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, child]) => textsIn(child, [...path, key]));
}
