import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { CACHE } from './cache';
import { eventually } from './eventually';
import { CREDENTIALS } from './s3-server';

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
    return execFileSync(join(CACHE, 'minio/mc'), ['--quiet', '--no-color', ...args], {
      env: { HOME: this.props.dir, MC_CONFIG_DIR: join(this.props.dir, 'mc'), MC_HOST_here: this.url },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  stop(): void {
    this.process?.kill('SIGKILL');
  }
}
