/** A valid request of a caller who does not have permission for it. Its name is the code that callers get. */
export class NotAllowed extends Error {
  readonly name = 'NotAllowed';
}
