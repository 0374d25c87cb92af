/** An answer that is an error. Its name is the one that the SDK is told. */
export class ApiError extends Error {
  constructor(
    name: string,
    readonly status: number,
    message: string,
    /** Whether the service's model lists it. What stands in front of the operations can refuse any call. */
    readonly modelled: boolean,
  ) {
    super(message);
    this.name = name;
  }
}

/** A mistake in a simulator, or in what a test has hooked into it. It is answered, so that it does not go unseen. */
export class SimulatorDefect extends ApiError {
  constructor(cause: unknown) {
    super('SimulatorDefect', 500, String(cause), false);
  }
}
