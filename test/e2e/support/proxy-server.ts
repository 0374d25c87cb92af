import { ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './cache';
import { eventually } from './eventually';
import { send } from './http';

const ROOT = join(CACHE, 'servers');

export interface ProxyServerProps {
  /** The command of the container, from the template. */
  readonly command: string[];
  readonly port: number;
  readonly nameserver: string;
  /** The certificate authority that the server trusts. In the image, these are the public ones. */
  readonly authority: string;
}

/** The real server, which runs with the command of the template in its own root directory. */
export class ProxyServer {
  log = '';
  private process?: ChildProcess;

  constructor(private readonly props: ProxyServerProps) {}

  get pid(): number {
    return this.process!.pid!;
  }

  async start(): Promise<void> {
    const { command, nameserver, authority, port } = this.props;
    writeFileSync(join(ROOT, 'etc/resolv.conf'), `nameserver ${nameserver}\n`);
    rmSync(join(ROOT, 'etc/ssl/certs'), { recursive: true, force: true });
    mkdirSync(join(ROOT, 'etc/ssl/certs'));
    writeFileSync(join(ROOT, 'etc/ssl/certs/test.pem'), authority);
    const [shell, ...args] = command;
    this.process = spawn(
      'unshare',
      ['--mount', 'sh', '-c', `mount -t proc proc ${ROOT}/proc && exec chroot ${ROOT} "$@"`, 'sh', shell, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process.stdout!.on('data', (chunk) => (this.log += chunk));
    this.process.stderr!.on('data', (chunk) => (this.log += chunk));
    await eventually(async () => {
      if (this.process!.exitCode !== null) throw new Error(`The proxy exited:\n${this.log}`);
      const { status } = await send({ port, path: '/ping/s3' });
      if (status !== 200) throw new Error(`The proxy cannot reach S3: ${status}\n${this.log}`);
    });
  }

  stop(): void {
    this.process?.kill('SIGKILL');
  }
}
