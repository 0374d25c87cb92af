/** The caller has no permission for a valid request. The name of the error is the code that callers get. */
export class NotAllowed extends Error {
  readonly name = 'NotAllowed';
}
