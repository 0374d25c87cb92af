import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Call, Hooks } from './call';
import { OwnEffect } from './faults';
import { Gateway } from './gateway';

/** An API as an HTTP server on this machine. */
export abstract class Simulator<C extends Call, Own extends OwnEffect = never> {
  private readonly server: Server;

  protected constructor(private readonly gateway: Gateway<C, Own>) {
    this.server = createServer((request, response) => void gateway.handle(request, response));
  }

  /** Every call that was for an operation and was signed as the API wants it, in the order of arrival. */
  get calls(): readonly Readonly<C>[] {
    return this.gateway.calls;
  }

  /** What the test does around each call: see {@link Hooks}. */
  get hooks(): Hooks<C> {
    return this.gateway.hooks;
  }

  set hooks(hooks: Hooks<C>) {
    this.gateway.hooks = hooks;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.close((error) => (error ? reject(error) : resolve()));
      this.server.closeAllConnections();
    });
  }

  protected get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  protected async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return this;
  }
}
