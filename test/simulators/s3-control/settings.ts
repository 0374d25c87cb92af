/** What the documentation leaves open. The defaults are assumptions: see README.md. */
export interface Behaviour {
  /** How long a job is New, in ms on the simulated clock, if no test prepares it before. @default 1000 */
  newFor: number;
  /** How long a job is Ready before it is Active, in ms. @default 1000 */
  readyFor: number;
  /** How long a job is Completing, Cancelling or Failing, in ms. @default 1000 */
  endingFor: number;
  /** How long a new job cannot be found, in ms. The troubleshooting guide mentions such a delay. @default 0 */
  visibleAfter: number;
  /** Whether a job waits for confirmation if ConfirmationRequired is not given, as the CLI's examples say. @default true */
  confirmationByDefault: boolean;
  /** What becomes of a job whose generated manifest is empty. @default 'failed' */
  emptyManifest: 'failed' | 'ready';
  /** A second cancellation, of a job that is Cancelling or Cancelled. @default 'refused' */
  cancellingAgain: 'refused' | 'accepted';
  /** How it is said that there is no job: by the model, or by the name in the troubleshooting guide. @default 'modelled' */
  missingJob: 'modelled' | 'NoSuchJob';
  /**
   * The order of the two codes in a report's rows: HTTPStatusCode first, as in the documentation's example rows, or
   * ErrorCode first, as in its ReportSchema. @default 'as-in-examples'
   */
  reportColumns: 'as-in-examples' | 'as-in-schema';
}

export const DEFAULT_BEHAVIOUR: Readonly<Behaviour> = {
  newFor: 1000,
  readyFor: 1000,
  endingFor: 1000,
  visibleAfter: 0,
  confirmationByDefault: true,
  emptyManifest: 'failed',
  cancellingAgain: 'refused',
  missingJob: 'modelled',
  reportColumns: 'as-in-examples',
};
