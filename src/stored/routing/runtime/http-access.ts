import { LinkGrant } from './link-grant';
import { LinkSessions } from './link-sessions';
import { LinkCredentials } from './links';
import { NotAllowed } from './not-allowed';
import { Limits, LinksRequest } from './request';
import { safeForBrowsers } from './web-content';
import { HttpCaller } from '../../../shared/http/runtime/http-events';
import { AccessSettings, MAX_SESSION_LINK_SECONDS } from '../contract';
import { prefixFor, sessionPolicy } from '../session-policy';

type Method = LinksRequest['method'];

/** Clients normalize paths with these segments, which could lead out of the prefix. */
const DOT_SEGMENT = /(^|\/)\.\.?(\/|$)/;

export interface HttpAccessProps {
  /** Without settings, no caller over HTTP gets links. */
  readonly settings?: AccessSettings;
  /** The credentials of the function. */
  readonly credentials: () => Promise<LinkCredentials>;
  readonly sessions?: Pick<LinkSessions, 'credentials'>;
}

/** Determines what callers over HTTP can get links for. */
export class HttpAccess {
  constructor(private readonly props: HttpAccessProps) {}

  /** @throws NotAllowed if the caller gets no links at all */
  grantFor({ claims }: HttpCaller): HttpGrant {
    const { settings, credentials, sessions } = this.props;
    if (!settings) throw new NotAllowed('This router has no `access` for callers over HTTP.');
    const methods = methodsOf(settings, claims);
    if (!settings.byClaim) return new HttpGrant(methods, { credentials });
    const [claim, template] = settings.byClaim;
    const prefix = prefixFor(template, claims[claim]);
    if (prefix === undefined) throw new NotAllowed(`The token has no acceptable claim ${claim}.`);
    const [, partition] = settings.roleArn!.split(':');
    return new HttpGrant(methods, {
      prefix,
      linkSeconds: settings.linkSeconds,
      credentials: ({ method, expiresInSeconds }, copies) => {
        // The primary can also have a host name at a proxy, so its bucket can be listed twice.
        const buckets = [...new Set(copies.map(({ bucket }) => bucket))];
        return sessions!.credentials(sessionPolicy({ method, partition, buckets, prefix }), expiresInSeconds);
      },
    });
  }
}

interface Limitation extends Pick<LinkGrant, 'credentials'> {
  /** The prefix of the caller's keys. @default - every key */
  readonly prefix?: string;
  readonly linkSeconds?: number;
}

/** The grant of a caller over HTTP. */
export class HttpGrant implements LinkGrant {
  constructor(
    private readonly methods: ReadonlySet<Method>,
    private readonly limitation: Limitation,
  ) {}

  get prefix(): string | undefined {
    return this.limitation.prefix;
  }

  get credentials(): LinkGrant['credentials'] {
    return this.limitation.credentials;
  }

  limits(limits: Limits): Limits {
    const { prefix, linkSeconds = limits.linkSeconds } = this.limitation;
    if (prefix === undefined) return limits;
    const maxLinkSeconds = Math.min(limits.maxLinkSeconds, MAX_SESSION_LINK_SECONDS);
    return { ...limits, maxLinkSeconds, linkSeconds: Math.min(linkSeconds, maxLinkSeconds) };
  }

  admit(request: LinksRequest, field: (index: number) => string): LinksRequest {
    const { method } = request;
    if (!this.methods.has(method)) throw new NotAllowed(`The caller has no permission for the method ${method}.`);
    const objects = request.objects.map((object, index) => {
      this.expectKey(object.key, field(index));
      return safeForBrowsers(object, method, index);
    });
    return { ...request, objects };
  }

  private expectKey(key: string, field: string): void {
    const { prefix } = this.limitation;
    if (prefix === undefined || (key.startsWith(prefix) && !DOT_SEGMENT.test(key))) return;
    throw new NotAllowed(`${field}: the key must begin with ${prefix} and must not contain the segments "." and "..".`);
  }
}

/** Without scopes for uploads, no caller over HTTP gets upload links. */
function methodsOf({ readScopes, uploadScopes = [] }: AccessSettings, claims: HttpCaller['claims']): Set<Method> {
  const held = [claims.scope, claims.scp].flatMap(scopesOf);
  const hasOneOf = (scopes: readonly string[]) => scopes.some((scope) => held.includes(scope));
  const methods = new Set<Method>();
  if (!readScopes || hasOneOf(readScopes)) methods.add('get');
  if (hasOneOf(uploadScopes)) methods.add('put');
  return methods;
}

/** Scopes are separated by spaces. API Gateway passes a list as a string in brackets. */
function scopesOf(claim: unknown): string[] {
  return typeof claim === 'string' ? claim.replace(/^\[(.*)\]$/, '$1').split(' ') : [];
}
