/** A call that reached the service, as far as it has come. */
export interface Call<Operation extends string = string> {
  /** Counts from 0. */
  readonly index: number;
  readonly operation: Operation;
  /** The decoded input, with the SDK's names. */
  readonly request: Readonly<Record<string, unknown>>;
  /** On the simulated clock. */
  readonly at: number;
  /** What the service decided; 0 for a call that it has not decided on, or that never reached it. */
  status: number;
  /** Whether the caller was told. */
  answered: boolean;
}

/** Called around each call's application. The call goes on when the returned promise has settled. */
export interface Hooks<C extends Call> {
  /** The call has arrived, and nothing has happened yet. */
  before?(call: C): void | Promise<void>;
  /** The service has decided (`call.status`), and the caller has not heard yet. */
  after?(call: C): void | Promise<void>;
}
