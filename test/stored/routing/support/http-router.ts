import { AccessSettings } from '../../../../src/stored/routing/contract';
import { createHandler } from '../../../../src/stored/routing/runtime/handler';
import { HttpAccess } from '../../../../src/stored/routing/runtime/http-access';
import { LinkCredentials } from '../../../../src/stored/routing/runtime/links';
import { mediaCopy } from '../../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../../../src/stored/routing/runtime/readiness';
import { Router } from '../../../../src/stored/routing/runtime/router';
import { Telemetry } from '../../../../src/stored/routing/runtime/telemetry';

export const PRIMARY = mediaCopy('primary', ['us-east-1', 'media-us'], {});
export const REPLICA = mediaCopy('replica', ['eu-west-1', 'media-eu'], {});
const OLD = '2020-01-01T00:00:00Z';
const HOUR = 3_600_000;

export interface Caller {
  readonly claims?: Record<string, unknown>;
  readonly iamUser?: string;
}

/** The handler of a router with access over HTTP, and the policies of the sessions that it asks for. */
export class HttpRouter {
  readonly policies: string[] = [];
  readonly access: HttpAccess;
  private readonly handle: ReturnType<typeof createHandler>;

  constructor(settings: AccessSettings | undefined, limits: { linkSeconds?: number; maxLinkSeconds?: number } = {}) {
    const credentials = async (): Promise<LinkCredentials> => ({ accessKeyId: 'OWN', secretAccessKey: 'secret' });
    const sessions = {
      credentials: async (policy: string) => {
        this.policies.push(policy);
        const expiration = new Date(Date.now() + HOUR);
        return { accessKeyId: 'SESSION', secretAccessKey: 'secret', sessionToken: 'token', expiration };
      },
    };
    this.access = new HttpAccess({ settings, credentials, sessions });
    const router = new Router({
      primary: PRIMARY,
      replicas: [REPLICA],
      readiness: new Readiness({
        mode: 'delay',
        timeoutMs: 1000,
        arrivals: { inReplica: jest.fn(), originals: jest.fn() },
        hasSeveralReplicas: false,
      }),
      uploads: true,
      linkSeconds: 3600,
      maxLinkSeconds: 21_600,
      ...limits,
      preferences: async () => parsePreferences('{}', ['us-east-1', 'eu-west-1']),
      credentials,
      now: Date.now,
    });
    this.handle = createHandler(router, new Telemetry(), this.access);
  }

  invoke(payload: object): Promise<any> {
    return this.handle(payload);
  }

  /** `POST /links`: the status, and the links or the error. */
  async post(caller: Caller, request: object): Promise<{ status: number; body: any }> {
    const { statusCode, body } = await this.invoke(event('POST /links', caller, { body: JSON.stringify(request) }));
    return { status: statusCode, body: JSON.parse(body) };
  }

  /** `GET /media`: the status, and the location or the error. */
  async get(caller: Caller, query: Record<string, string>): Promise<{ status: number; location?: string; body?: any }> {
    const rawQueryString = new URLSearchParams({ createdAt: OLD, preference: 'yes', ...query }).toString();
    const { statusCode, headers, body } = await this.invoke(event('GET /media', caller, { rawQueryString }));
    return { status: statusCode, location: headers.location, body: body && JSON.parse(body) };
  }
}

export const objectsOf = (keys: readonly string[], more = {}) => keys.map((key) => ({ key, createdAt: OLD, ...more }));

function event(routeKey: string, { claims, iamUser }: Caller, more: object): object {
  const authorizer = claims ? { jwt: { claims, scopes: null } } : { iam: { userId: iamUser } };
  return { version: '2.0', routeKey, requestContext: { http: { sourceIp: '203.0.113.9' }, authorizer }, ...more };
}

/** Collects what the handler writes to its log. */
export function captureLog(): { text: () => string } {
  let written = '';
  for (const stream of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, stream).mockImplementation((...parts) => void (written += parts.join(' ') + '\n'));
  }
  // Powertools uses its own console.
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => Boolean((written += String(text))));
  }
  return { text: () => written };
}
