import { Failover, regionsAfter, Successor, withoutFormer } from './failover';
import { everything, LinkGrant } from './link-grant';
import { LinkCredentials, LinkLifetime, linkLifetime, Links } from './links';
import { MediaCopy } from './media-copy';
import { Preferences } from './preferences';
import { PrivateNetworks } from './private-networks';
import { Readiness } from './readiness';
import { Limits, LinksRequest, parseLinksRequest, parseRedirectRequest } from './request';
import { destinationOf, isForReplica, isInShare } from './rule';
import { UserPreferences } from './user-preferences';
import { HttpResponse } from '../../../shared/http/runtime/http-events';
import { Link, Reason, ResolveLinksResponse } from '../contract';

export interface RouterProps extends Omit<Limits, 'regions'> {
  readonly primary: MediaCopy;
  readonly replicas: readonly MediaCopy[];
  /** The private networks of viewers. */
  readonly networks?: PrivateNetworks;
  /** The regions of paused replicas. */
  readonly paused?: readonly string[];
  readonly readiness: Pick<Readiness, 'of'>;
  /** Undefined without a standby. */
  readonly failover?: Pick<Failover, 'active'>;
  readonly preferences: () => Promise<Preferences>;
  /** The preferences of users, if the router stores them. */
  readonly userPreferences?: Pick<UserPreferences, 'apply'>;
  readonly credentials: () => Promise<LinkCredentials>;
  readonly now: () => number;
}

/** Resolves links: applies the routing rule, determines whether the replica has the objects, and signs. */
export class Router {
  private readonly limits: Limits;
  private readonly everything: LinkGrant;

  constructor(private readonly props: RouterProps) {
    this.limits = { ...props, regions: [props.primary, ...props.replicas].map(({ region }) => region) };
    this.everything = everything(props.credentials);
  }

  async resolveLinks(payload: unknown, grant = this.everything): Promise<ResolveLinksResponse> {
    const now = this.props.now();
    const request = parseLinksRequest(payload, grant.limits(this.limits), now);
    const { links } = await this.resolve(request, now, (index) => `objects[${index}].key`, grant);
    return { links };
  }

  /** Returns a redirect that caches may store for half of the link's remaining lifetime. */
  async redirect(payload: unknown, grant = this.everything): Promise<HttpResponse & { readonly link: Link }> {
    const now = this.props.now();
    const { links, lifetime } = await this.resolve(
      parseRedirectRequest(payload, grant.limits(this.limits), now),
      now,
      () => 'object.key',
      grant,
    );
    const remaining = lifetime.signedAt / 1000 + lifetime.expiresInSeconds - now / 1000;
    const headers = {
      location: links[0].url,
      'cache-control': `private, max-age=${Math.max(0, Math.floor(remaining / 2))}`,
    };
    return { statusCode: 307, headers, link: links[0] };
  }

  private async resolve(
    requested: LinksRequest,
    now: number,
    field: (index: number) => string,
    grant: LinkGrant,
  ): Promise<{ links: Link[]; lifetime: LinkLifetime }> {
    const request = grant.admit(requested, field);
    const successor = await this.props.failover?.active(request.method);
    const base = successor?.replica ?? this.props.primary;
    const decisions =
      request.method === 'put'
        ? all(request, successor?.uploads ?? base, successor ? 'failover' : 'upload')
        : await this.decide(request, now, successor);
    const copies = new Set([base, ...decisions.map(({ copy }) => copy)]);
    const signedBy = await grant.credentials(request, [...copies]);
    const lifetime = linkLifetime(now, request.expiresInSeconds, signedBy);
    const links = new Links(request.method, signedBy, lifetime);
    const answer = request.objects.map((object, index): Link => {
      const { copy, reason } = decisions[index];
      const { region, source } = copy;
      return { key: object.key, url: links.to(object, copy, field(index)), region, source, reason };
    });
    return { links: answer, lifetime };
  }

  private async decide(
    { user, objects, ...request }: LinksRequest,
    now: number,
    successor?: Successor,
  ): Promise<Decision[]> {
    const { replicas, paused = [], networks = new PrivateNetworks(), userPreferences } = this.props;
    const [current, viewer] = await Promise.all([
      this.props.preferences(),
      userPreferences?.apply(request.viewer, user) ?? request.viewer,
    ]);
    const copies = { primary: this.props.primary.region, replicas: replicas.map(({ region }) => region), paused };
    const preferences = successor ? withoutFormer(current, this.props.primary) : current;
    const regions = successor ? regionsAfter(successor, copies) : copies;
    const destination = destinationOf(viewer, preferences, regions);
    const primary = successor
      ? (networks.replicaFor(viewer, successor.replica) ?? successor.replica)
      : (networks.primaryFor(viewer, destination, preferences) ?? this.props.primary);
    const because = (reason: Reason) => (successor ? 'failover' : reason);
    if ('reason' in destination) return all({ objects }, primary, because(destination.reason));

    const replica = replicas.find(({ region }) => region === destination.replica)!;
    const reachable = networks.replicaFor(viewer, replica);
    if (!reachable) return all({ objects }, primary, because('outside-proxy-network'));
    const inShare = objects.filter(({ key }) => isInShare(key, replica.region, preferences));
    const reasons = await (successor ?? this.props).readiness.of(inShare, replica, preferences, now);
    const byObject = new Map(inShare.map((object, index) => [object, reasons[index]]));
    return objects.map((object) => {
      const reason = byObject.get(object) ?? 'region-weighted';
      return isForReplica(reason) ? { copy: reachable, reason } : { copy: primary, reason: because(reason) };
    });
  }
}

interface Decision {
  readonly copy: MediaCopy;
  readonly reason: Reason;
}

function all({ objects }: Pick<LinksRequest, 'objects'>, copy: MediaCopy, reason: Reason): Decision[] {
  return objects.map(() => ({ copy, reason }));
}
