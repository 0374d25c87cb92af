import { ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { CACHE } from './cache';
import { eventually } from './eventually';

export const CREDENTIALS = { accessKeyId: `GK${'0'.repeat(24)}`, secretAccessKey: '5'.repeat(64) };

/** Garage, which verifies signatures and keeps keys as they are, with one bucket: https://garagehq.deuxfleurs.fr */
export class S3Server {
  private process?: ChildProcess;

  constructor(
    private readonly dir: string,
    private readonly bucket: string,
    private readonly region: string,
    readonly port = 3900,
  ) {}

  async start(): Promise<void> {
    const { dir, port } = this;
    const config = join(dir, `garage-${port}.toml`);
    writeFileSync(
      config,
      `metadata_dir = "${dir}/meta-${port}"
data_dir = "${dir}/data-${port}"
db_engine = "sqlite"
metadata_fsync = false
data_fsync = false
replication_factor = 1
compression_level = "none"
rpc_bind_addr = "127.0.0.1:${port + 1}"
rpc_public_addr = "127.0.0.1:${port + 1}"
rpc_secret = "${'1'.repeat(64)}"
[s3_api]
s3_region = "${this.region}"
api_bind_addr = "127.0.0.1:${port}"
root_domain = ".s3.${this.region}.amazonaws.com"
`,
      { mode: 0o600 },
    );
    const args = ['-c', config, 'server', '--single-node', '--default-bucket'];
    this.process = spawn(join(CACHE, 'garage/bin/garage'), args, {
      env: {
        ...process.env,
        RUST_LOG: 'garage=warn',
        GARAGE_DEFAULT_BUCKET: this.bucket,
        GARAGE_DEFAULT_ACCESS_KEY: CREDENTIALS.accessKeyId,
        GARAGE_DEFAULT_SECRET_KEY: CREDENTIALS.secretAccessKey,
      },
      stdio: 'ignore',
    });
    let failure: Error | undefined;
    this.process.once('error', (error) => (failure = error));
    await eventually(
      () =>
        new Promise<void>((resolve, reject) => {
          if (failure) throw new Error(`${failure.message}. Run test/e2e/install.sh first.`);
          get({ port, host: '127.0.0.1' }, (response) => resolve(void response.resume())).on('error', reject);
        }),
    );
  }

  stop(): void {
    this.process?.kill();
  }
}
