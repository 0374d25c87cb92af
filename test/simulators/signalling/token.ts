const CONTENT = '#content';

/** A join token, which the client sends as a subprotocol. */
export interface Token {
  readonly attendeeId: string;
  readonly joinToken: string;
  /** Whether the connection is for the content that the attendee shares. */
  readonly content: boolean;
}

/** The simulator's tokens contain the id of their attendee. */
export function parseToken(protocol: string): Token {
  const content = protocol.endsWith(CONTENT);
  const joinToken = content ? protocol.slice(0, -CONTENT.length) : protocol;
  return { attendeeId: Buffer.from(joinToken, 'base64').toString().split(':')[0], joinToken, content };
}

export function contentOf(attendeeId: string): string {
  return attendeeId + CONTENT;
}
