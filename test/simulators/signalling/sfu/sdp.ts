/** A media section of an SDP message. */
export interface Section {
  readonly kind: 'audio' | 'video';
  readonly mid: string;
  readonly direction: string;
  /** Whether the client has stopped the section. It stays in the message, so that the others keep their positions. */
  readonly rejected: boolean;
  readonly lines: readonly string[];
}

export interface Sdp {
  readonly session: readonly string[];
  readonly sections: readonly Section[];
}

const LOOPBACK_CANDIDATE = /^a=candidate:\S+ \d+ \S+ \d+ 127\.0\.0\.1 /;

export function parse(sdp: string): Sdp {
  const [session, ...sections] = sdp.trimEnd().split(/\r?\n(?=m=)/);
  return { session: session.split(/\r?\n/), sections: sections.map((section) => parseSection(section.split(/\r?\n/))) };
}

/** The offer without its rejected sections, for a peer that does not know them. */
export function withoutRejected({ session, sections }: Sdp): string {
  return format(
    session,
    sections.filter(({ rejected }) => !rejected).map(({ lines }) => lines.filter(isReachable)),
  );
}

/** Completes the answer to an offer that was given to the peer without its rejected sections. */
export function completeAnswer(answer: string, offer: Sdp): string {
  const { session, sections } = parse(answer);
  const accepted = new Map(sections.map((section) => [section.mid, section.lines]));
  const complete = offer.sections.map((section) =>
    section.rejected ? rejection(section) : acceptance(accepted.get(section.mid)!),
  );
  return format(session, complete);
}

/** werift gives inactive sections port 0, which would reject them. */
function acceptance([media, ...attributes]: readonly string[]): string[] {
  return [media.replace(/^(m=\w+) 0 /, '$1 9 '), ...attributes.filter(isReachable)];
}

/** Browsers hide their addresses behind names, and the simulator is reached over the loopback interface only. */
function isReachable(line: string): boolean {
  return !line.startsWith('a=candidate:') || LOOPBACK_CANDIDATE.test(line);
}

function rejection({ lines: [media], mid }: Section): string[] {
  return [media.replace(/^(m=\w+) \d+ /, '$1 0 '), 'c=IN IP4 0.0.0.0', 'a=inactive', `a=mid:${mid}`];
}

function parseSection(lines: readonly string[]): Section {
  const [, kind, port] = /^m=(\w+) (\d+) /.exec(lines[0])!;
  const value = (name: string) => lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);
  return {
    kind: kind as Section['kind'],
    mid: value('mid') ?? '',
    direction: lines.find((line) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line))?.slice(2) ?? 'sendrecv',
    rejected: port === '0' && !lines.includes('a=bundle-only'),
    lines,
  };
}

function format(session: readonly string[], sections: readonly (readonly string[])[]): string {
  return `${[session, ...sections].map((lines) => lines.join('\r\n')).join('\r\n')}\r\n`;
}
