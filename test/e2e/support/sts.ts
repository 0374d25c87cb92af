import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { AssumeRoleCommand, Credentials, STSClient } from '@aws-sdk/client-sts';
import { CREDENTIALS } from './s3-server';

/**
 * AWS STS in front of MinIO, which issues the sessions and enforces their policies. MinIO rejects policies with actions of
 * AWS KMS, so those statements are left out.
 */
export class Sts {
  readonly calls: URLSearchParams[] = [];
  /** The credentials of the last session. */
  issued?: Credentials;
  private server?: Server;
  private readonly minio: STSClient;

  constructor(endpoint: string) {
    this.minio = new STSClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        void this.assumeRole(new URLSearchParams(body)).then((answer) => {
          response.writeHead(200, { 'content-type': 'text/xml' });
          response.end(answer);
        });
      });
    });
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    this.minio.destroy();
  }

  private async assumeRole(call: URLSearchParams): Promise<string> {
    this.calls.push(call);
    const policy = JSON.parse(call.get('Policy')!);
    policy.Statement = policy.Statement.filter(({ Action }: any) => !Action[0].startsWith('kms:'));
    const { Credentials: issued } = await this.minio.send(
      new AssumeRoleCommand({
        RoleArn: call.get('RoleArn')!,
        RoleSessionName: call.get('RoleSessionName')!,
        DurationSeconds: Number(call.get('DurationSeconds')),
        Policy: JSON.stringify(policy),
      }),
    );
    this.issued = issued!;
    return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>${issued!.AccessKeyId}</AccessKeyId><SecretAccessKey>${issued!.SecretAccessKey}</SecretAccessKey>
        <SessionToken>${issued!.SessionToken}</SessionToken><Expiration>${issued!.Expiration!.toISOString()}</Expiration>
      </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  }
}
