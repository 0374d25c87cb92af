import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { PYTHON_BIN } from './aws-cli';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A simulation of many AWS services: https://docs.getmoto.org */
export class Moto {
  static async start(): Promise<Moto> {
    const port = await freePort();
    const process = spawn(join(PYTHON_BIN, 'moto_server'), ['--host', '127.0.0.1', '--port', `${port}`], {
      stdio: 'ignore',
    });
    let failure: Error | undefined;
    process.once('error', (error) => (failure = error));
    const server = new Moto(`http://127.0.0.1:${port}`, process);
    await eventually(async () => {
      if (!failure) await fetch(`${server.endpoint}/moto-api/`);
    });
    if (failure) throw new Error(`${failure.message}. Run test/e2e/install.sh first.`);
    return server;
  }

  private constructor(
    readonly endpoint: string,
    private readonly process: ChildProcess,
  ) {}

  stop(): void {
    this.process.kill('SIGKILL');
  }
}
