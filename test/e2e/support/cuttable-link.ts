import { connect, createServer, Server, Socket } from 'node:net';

/** A connection between two servers that can be cut. */
export class CuttableLink {
  private isCut = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(
    private readonly port: number,
    target: number,
  ) {
    this.server = createServer((client) => {
      if (this.isCut) return void client.resetAndDestroy();
      const server = connect(target, '127.0.0.1');
      for (const socket of [client, server]) {
        this.sockets.add(socket);
        socket
          .on('error', () => socket.destroy())
          .on('close', () => {
            this.sockets.delete(socket);
            client.destroy();
            server.destroy();
          });
      }
      client.pipe(server);
      server.pipe(client);
    });
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  cut(): void {
    this.isCut = true;
    this.sockets.forEach((socket) => socket.resetAndDestroy());
  }

  restore(): void {
    this.isCut = false;
  }

  stop(): void {
    this.cut();
    this.server.close();
  }
}
