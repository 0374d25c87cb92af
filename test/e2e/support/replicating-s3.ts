import { createServer, IncomingHttpHeaders, request, Server } from 'node:http';
import { Bucket, currentOf, statusOf } from '../../simulators/s3';

/**
 * An S3 server with the two headers of replication that it lacks: the time of an object and its replication status, from
 * the simulated bucket. Requests are forwarded unchanged, so that the server verifies their signatures.
 */
export class ReplicatingS3 {
  private readonly server: Server;

  constructor(s3Port: number, bucket: () => Bucket) {
    this.server = createServer((received, response) => {
      const { method, url: path, headers } = received;
      const forwarded = request({ host: '127.0.0.1', port: s3Port, method, path, headers }, (answer) => {
        const key = decodeURIComponent(path!.slice(1).split('?')[0]);
        response.writeHead(answer.statusCode!, { ...answer.headers, ...headersOf(bucket(), key) });
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      received.pipe(forwarded);
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function headersOf(bucket: Bucket, key: string): IncomingHttpHeaders {
  const version = currentOf(bucket, key);
  if (!version) return {};
  const status = statusOf(version);
  return {
    'last-modified': new Date(version.createdAt).toUTCString(),
    ...(status && { 'x-amz-replication-status': status }),
  };
}
