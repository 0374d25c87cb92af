import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { PYTHON_BIN } from './aws-cli';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A simulation of many AWS services: https://docs.getmoto.org */
export class Moto {
  static async start(settings: Record<string, string> = {}): Promise<Moto> {
    const port = await freePort();
    const args = ['--host', '127.0.0.1', '--port', `${port}`];
    const child = spawn(join(PYTHON_BIN, 'moto_server'), args, {
      stdio: 'ignore',
      env: { ...process.env, ...settings },
    });
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    const server = new Moto(`http://127.0.0.1:${port}`, child);
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
