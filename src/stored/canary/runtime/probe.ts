import { createHash } from 'node:crypto';
import { IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ProbeAnswer, ProbeRequest } from '../contract';

export interface ProbeTarget {
  /** The URL that clients of the proxy use: `https://media.eu.example.com`. */
  readonly origin: string;
  /** Another host name to connect to, because the host name in `origin` may not resolve in the VPC. */
  readonly address?: string;
  readonly timeoutMs: number;
}

/** The canary's object has 1 KB. A longer body is something else, and is not read to its end. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads a link through a proxy, on a new connection like a client.
 *
 * It connects only to that proxy, whatever the request, and neither logs nor returns any part of the link.
 */
export async function readThroughProxy(target: ProbeTarget, { path, sha256 }: ProbeRequest): Promise<ProbeAnswer> {
  if (typeof path !== 'string' || !path.startsWith('/')) throw new Error('path: expected a link without its authority');
  const started = performance.now();
  const elapsed = () => Math.round((performance.now() - started) * 10) / 10;
  try {
    const { status, hash } = await get(target, path);
    return { status, milliseconds: elapsed(), matches: status === 200 && hash === sha256 };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return { status: 0, milliseconds: elapsed(), matches: false, error: code ?? name };
  }
}

function get({ origin, address, timeoutMs }: ProbeTarget, path: string): Promise<{ status: number; hash: string }> {
  const { protocol, hostname, host, port } = new URL(origin);
  const secure = protocol === 'https:';
  const options = {
    host: address || hostname,
    servername: secure ? hostname : undefined,
    port,
    path,
    agent: false as const,
    headers: { host },
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve, reject) => {
    (secure ? httpsRequest : httpRequest)(options, (response) =>
      hashOf(response).then((hash) => resolve({ status: response.statusCode!, hash }), reject),
    )
      .on('error', reject)
      .end();
  });
}

async function hashOf(response: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of response) {
    hash.update(chunk);
    length += chunk.length;
    if (length > MAX_BODY_BYTES) break;
  }
  return hash.digest('hex');
}
