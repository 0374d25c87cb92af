import { connect, Socket } from 'node:net';
import { createSecureContext, createServer, Server } from 'node:tls';
import { KeyPair } from './certificates';

/** Terminates TLS with a certificate for each name (SNI), like the proxy's load balancer, and forwards requests unchanged. */
export class LoadBalancer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(certificates: { readonly [name: string]: KeyPair }, targetPort: number) {
    const SNICallback = (name: string, done: (error: Error | null, context?: any) => void) =>
      done(null, certificates[name] && createSecureContext(certificates[name]));
    this.server = createServer({ SNICallback, ALPNProtocols: ['http/1.1'] }, (client) => {
      const target = connect(targetPort, '127.0.0.1');
      const end = () => [client, target].forEach((socket) => socket.destroy());
      for (const socket of [client, target]) socket.on('error', end).on('close', end);
      client.pipe(target).pipe(client);
    });
    this.server.on('tlsClientError', () => undefined);
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(443, address, resolve);
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
