interface Simulator {
  stop(): Promise<void>;
}

interface Client {
  destroy(): void;
}

/** Where the clocks of tests stand still. */
export const START = Date.UTC(2030, 0, 1);

/** How tests call simulators: without retries unless asked for. */
export const CLIENT_DEFAULTS = {
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
};

/** What the tests of a file start. It ends with the test that started it. */
export class Running {
  private readonly simulators: Simulator[] = [];
  private readonly clients: Client[] = [];

  constructor() {
    afterEach(() => this.stop());
  }

  simulator<S extends Simulator>(simulator: S): S {
    this.simulators.push(simulator);
    return simulator;
  }

  client<C extends Client>(client: C): C {
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients.splice(0)) client.destroy();
    for (const simulator of this.simulators.splice(0)) await simulator.stop();
  }
}
