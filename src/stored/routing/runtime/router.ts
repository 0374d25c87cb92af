import { setMaxListeners } from 'node:events';
import { Arrivals } from './arrivals';
import { LinkCredentials, LinkLifetime, linkLifetime, Links } from './links';
import { MediaCopy } from './media-copy';
import { Preferences } from './preferences';
import { Limits, LinksRequest, MediaObject, parseLinksRequest, parseRedirectRequest } from './request';
import { byDelay, destinationOf, isForReplica, isInShare } from './rule';
import { HttpResponse } from '../../../shared/http/runtime/http-events';
import { Link, Readiness, Reason, ResolveLinksResponse } from '../contract';

export interface RouterProps extends Omit<Limits, 'regions'> {
  readonly primary: MediaCopy;
  readonly replicas: readonly MediaCopy[];
  /** The regions of paused replicas. */
  readonly paused?: readonly string[];
  readonly readiness: Readiness;
  /** The time limit for all requests to S3 during one call. */
  readonly readinessTimeoutMs: number;
  readonly preferences: () => Promise<Preferences>;
  readonly arrivals: Pick<Arrivals, 'inReplica' | 'originals'>;
  readonly credentials: () => Promise<LinkCredentials>;
  readonly now: () => number;
}

/** Resolves links: applies the routing rule, checks the objects in S3 if necessary, and signs. */
export class Router {
  private readonly limits: Limits;

  constructor(private readonly props: RouterProps) {
    this.limits = { ...props, regions: [props.primary, ...props.replicas].map(({ region }) => region) };
  }

  async resolveLinks(payload: unknown): Promise<ResolveLinksResponse> {
    const now = this.props.now();
    const request = parseLinksRequest(payload, this.limits, now);
    const { links } = await this.resolve(request, now, (index) => `objects[${index}].key`);
    return { links };
  }

  /** Returns a redirect that caches may store for half of the link's remaining lifetime. */
  async redirect(payload: unknown): Promise<HttpResponse & { readonly link: Link }> {
    const now = this.props.now();
    const { links, lifetime } = await this.resolve(
      parseRedirectRequest(payload, this.limits, now),
      now,
      () => 'object.key',
    );
    const remaining = lifetime.signedAt / 1000 + lifetime.expiresInSeconds - now / 1000;
    const headers = {
      location: links[0].url,
      'cache-control': `private, max-age=${Math.max(0, Math.floor(remaining / 2))}`,
    };
    return { statusCode: 307, headers, link: links[0] };
  }

  private async resolve(
    request: LinksRequest,
    now: number,
    field: (index: number) => string,
  ): Promise<{ links: Link[]; lifetime: LinkLifetime }> {
    const { primary, credentials } = this.props;
    const decisions = request.method === 'put' ? all(request, primary, 'upload') : await this.decide(request, now);
    const signedBy = await credentials();
    const lifetime = linkLifetime(now, request.expiresInSeconds, signedBy);
    const links = new Links(request.method, signedBy, lifetime);
    const answer = request.objects.map((object, index): Link => {
      const { copy, reason } = decisions[index];
      const { region, source } = copy;
      return { key: object.key, url: links.to(object, copy, field(index)), region, source, reason };
    });
    return { links: answer, lifetime };
  }

  private async decide({ viewer, objects }: LinksRequest, now: number): Promise<Decision[]> {
    const { primary, replicas, paused = [] } = this.props;
    const preferences = await this.props.preferences();
    const regions = { primary: primary.region, replicas: replicas.map(({ region }) => region), paused };
    const destination = destinationOf(viewer, preferences, regions);
    if ('reason' in destination) return all({ objects }, primary, destination.reason);

    const replica = replicas.find(({ region }) => region === destination.replica)!;
    const inShare = objects.filter(({ key }) => isInShare(key, replica.region, preferences));
    const reasons = await this.readinessOf(inShare, replica, preferences, now);
    const byObject = new Map(inShare.map((object, index) => [object, reasons[index]]));
    return objects.map((object) => {
      const reason = byObject.get(object) ?? 'region-weighted';
      return { copy: isForReplica(reason) ? replica : primary, reason };
    });
  }

  private async readinessOf(
    objects: readonly MediaObject[],
    replica: MediaCopy,
    preferences: Preferences,
    now: number,
  ): Promise<Reason[]> {
    const { readiness, arrivals, readinessTimeoutMs } = this.props;
    if (readiness === 'exact') {
      return arrivals.inReplica(objects, replica, timeLimit(readinessTimeoutMs));
    }
    const undated = objects.filter(({ createdAt }) => createdAt === undefined);
    const originals = undated.length ? await arrivals.originals(undated, timeLimit(readinessTimeoutMs)) : [];
    const found = new Map(undated.map((object, index) => [object, originals[index]]));
    return objects.map((object) => {
      if (object.createdAt !== undefined) return byDelay(object.createdAt, now, preferences);
      const original = found.get(object)!;
      return 'reason' in original ? original.reason : byDelay(original.createdAt, now, preferences);
    });
  }
}

/** Up to 1,000 requests listen to the signal, which Node.js would report as a leak. */
function timeLimit(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  setMaxListeners(0, signal);
  return signal;
}

interface Decision {
  readonly copy: MediaCopy;
  readonly reason: Reason;
}

function all({ objects }: Pick<LinksRequest, 'objects'>, copy: MediaCopy, reason: Reason): Decision[] {
  return objects.map(() => ({ copy, reason }));
}
