import { ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from './cache';
import { eventually } from './eventually';
import { CREDENTIALS } from './s3-server';

const MC = join(CACHE, 'minio/mc');
const PLAIN = ['--quiet', '--no-color'];

export interface MinioProps {
  readonly dir: string;
  readonly region: string;
  readonly port: number;
}

/** MinIO, which keeps versions and replicates them to another: https://min.io */
export class Minio {
  private process?: ChildProcess;

  constructor(private readonly props: MinioProps) {}

  get port(): number {
    return this.props.port;
  }

  get url(): string {
    return `http://${CREDENTIALS.accessKeyId}:${CREDENTIALS.secretAccessKey}@127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { dir, region, port } = this.props;
    const data = join(dir, `minio-${port}`);
    mkdirSync(data, { recursive: true });
    const args = [
      'server',
      '--quiet',
      '--address',
      `127.0.0.1:${port}`,
      '--console-address',
      `127.0.0.1:${port + 1}`,
      data,
    ];
    this.process = spawn(join(CACHE, 'minio/minio'), args, {
      env: {
        HOME: dir,
        MINIO_ROOT_USER: CREDENTIALS.accessKeyId,
        MINIO_ROOT_PASSWORD: CREDENTIALS.secretAccessKey,
        MINIO_SITE_REGION: region,
        MINIO_DOMAIN: `s3.${region}.amazonaws.com`,
        MINIO_UPDATE: 'off',
      },
      stdio: 'ignore',
    });
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => {
          get({ port, host: '127.0.0.1', path: '/minio/health/live' }, (response) => {
            response.resume();
            if (response.statusCode === 200) resolve();
            else reject(new Error(`MinIO is not ready: ${response.statusCode}`));
          }).on('error', reject);
        }),
    );
  }

  /** Runs MinIO's own client, in which this server is named `here`. */
  admin(...args: string[]): string {
    return execFileSync(MC, [...PLAIN, ...args], { env: this.clientEnv, encoding: 'utf8', stdio: 'pipe' });
  }

  /** The same, while this process serves what the server connects to. */
  async adminAsync(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(MC, [...PLAIN, ...args], { env: this.clientEnv });
    return stdout;
  }

  private get clientEnv(): Record<string, string> {
    return { HOME: this.props.dir, MC_CONFIG_DIR: join(this.props.dir, 'mc'), MC_HOST_here: this.url };
  }

  stop(): void {
    this.process?.kill('SIGKILL');
  }
}
