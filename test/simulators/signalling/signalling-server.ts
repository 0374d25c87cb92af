import { createServer, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Conference } from './conference';
import { Close, Session } from './session';
import { parseToken } from './token';
import { ChimeSimulator } from '../chime';

const PROTOCOL = '_aws_wt_session';
const PATH = '/control/';

export interface SignallingServerOptions {
  /** The simulator whose meetings the server serves. */
  readonly chime: ChimeSimulator;
  /** For clients that connect to the names of the service. @default - without TLS: see {@link SignallingServer.local} */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** The signalling and the media of the Amazon Chime SDK, for browsers on this machine. */
export class SignallingServer {
  static async start(options: SignallingServerOptions): Promise<SignallingServer> {
    const server = new SignallingServer(options);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** All connections since the start. */
  readonly sessions: Session[] = [];
  /** Errors of the simulator itself. Tests expect none. */
  readonly defects: unknown[] = [];
  /** Set it to false to let connections fail, as without a network. Existing connections continue: see {@link Session.cut}. */
  reachable = true;
  private readonly conferences = new Map<string, Conference>();
  private readonly chime: ChimeSimulator;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;

  private constructor({ chime, tls }: SignallingServerOptions) {
    this.chime = chime;
    this.server = tls ? createTlsServer(tls, clientEvents) : createServer(clientEvents);
    this.sockets = new WebSocketServer({
      server: this.server,
      verifyClient: () => this.reachable,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    });
    this.sockets.on('connection', (socket, request) => this.accept(socket, request));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A meeting of a response, for a client that cannot connect to the names of the service. */
  local<M extends { readonly MeetingId: string; readonly MediaPlacement: object }>(meeting: M): M {
    const { AudioHostUrl, TurnControlUrl } = meeting.MediaPlacement as Record<string, string>;
    const SignalingUrl = `ws://127.0.0.1:${this.port}${PATH}${meeting.MeetingId}`;
    return { ...meeting, MediaPlacement: { AudioHostUrl, TurnControlUrl, SignalingUrl } };
  }

  /** The current connection of an attendee, or of the content that it shares. */
  session(attendeeId: string): Session | undefined {
    return this.sessions.find((session) => session.attendeeId === attendeeId && session.state !== 'over');
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    const { pathname } = new URL(request.url!, 'ws://localhost');
    const meetingId = pathname.slice(PATH.length);
    const meeting = this.chime.meetings({ ended: true }).find((each) => each.meetingId === meetingId);
    if (!pathname.startsWith(PATH) || !meeting) return socket.close(Close.meetingNotFound);
    if (meeting.endedAt !== undefined) return socket.close(Close.meetingEnded);
    const [, protocol = ''] = request.headers['sec-websocket-protocol']!.split(/, */);
    const token = parseToken(protocol);
    const presenter = token.content ? this.session(token.attendeeId) : undefined;
    const conference = this.conferenceOf(meeting.primaryMeetingId ?? meetingId);
    this.sessions.push(new Session(socket, this.chime, conference, meetingId, token, this.defects, presenter));
  }

  private conferenceOf(primaryMeetingId: string): Conference {
    const conference = this.conferences.get(primaryMeetingId) ?? new Conference();
    this.conferences.set(primaryMeetingId, conference);
    return conference;
  }
}

/** The events that clients report to EventIngestionUrl. */
const clientEvents: RequestListener = (request, response) => {
  request.resume();
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', '*');
  response.writeHead(request.url?.startsWith('/v1/client-events') ? 200 : 404).end('{}');
};
