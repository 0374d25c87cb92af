import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, Interface } from 'node:readline';

const [INSIDE, OUTSIDE] = ['studio0', 'studio1'];

/** What a client got for a link. */
export interface ReadLink {
  readonly status: number;
  readonly sha256?: string;
  readonly error?: string;
}

export interface StudioNetworkProps {
  /** The address of the proxy's load balancer, in this process's network. The only one that clients can reach. */
  readonly balancer: string;
  /** The address of the client. Both are in a /24 network. */
  readonly client: string;
  /** The names that the clients' DNS resolves to the load balancer. */
  readonly names: string[];
  /** A file with the certificate authority that clients trust. */
  readonly authority: string;
}

/** A client in a network namespace that has one connection, to the load balancer of a proxy. Requires root permissions. */
export class StudioNetwork {
  private process?: ChildProcess;
  private lines?: Interface;

  constructor(private readonly props: StudioNetworkProps) {}

  /** @throws if the namespace or its connection cannot be created */
  async start(): Promise<void> {
    const { balancer, client, names, authority } = this.props;
    this.process = spawn('unshare', ['--net', process.execPath, join(__dirname, 'studio-client.cjs')], {
      env: {
        PATH: process.env.PATH,
        AUTHORITY: authority,
        HOSTS: JSON.stringify(Object.fromEntries(names.map((name) => [name, balancer]))),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.process.stdout! });
    await this.nextLine();
    const pid = String(this.process.pid);
    const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
    const ipInside = (...args: string[]) =>
      execFileSync('nsenter', ['-t', pid, '-n', 'ip', ...args], { stdio: 'pipe' });
    ip('link', 'add', INSIDE, 'type', 'veth', 'peer', 'name', OUTSIDE, 'netns', pid);
    ip('addr', 'add', `${balancer}/24`, 'dev', INSIDE);
    ip('link', 'set', INSIDE, 'up');
    ipInside('addr', 'add', `${client}/24`, 'dev', OUTSIDE);
    ipInside('link', 'set', OUTSIDE, 'up');
  }

  /** Reads the links as a client of the network. */
  async read(links: string[]): Promise<ReadLink[]> {
    this.process!.stdin!.write(`${JSON.stringify(links)}\n`);
    return JSON.parse(await this.nextLine());
  }

  /** The namespace and its connection end with the client. */
  stop(): void {
    this.process?.kill('SIGKILL');
  }

  private nextLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('The client in the network namespace ended.'));
      this.process!.once('exit', ended);
      this.lines!.once('line', (line) => {
        this.process!.off('exit', ended);
        resolve(line);
      });
    });
  }
}
