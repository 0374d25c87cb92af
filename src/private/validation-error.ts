/** An input that can't be used. Its name is the code that callers get. */
export class ValidationError extends Error {
  readonly name = 'ValidationError';

  /**
   * @param field where, as the caller wrote it: `objects[3].key`
   * @param expected completes "expected …"
   */
  constructor(field: string, got: unknown, expected: string) {
    super(`${field}: got ${show(got)}, expected ${expected}`);
  }
}

/** Short, and without a line break: what a client sent must not shape a log. */
function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : kindOf(value);
  return text.length <= 120 ? text : `${text.slice(0, 100)}… (${text.length} characters)`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'boolean' ? String(value) : `a value of type ${typeof value}`;
}
