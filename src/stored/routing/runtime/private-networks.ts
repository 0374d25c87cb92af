import { firstAddress, IpRange, parseIpRange } from '../ip-address';
import { mediaCopy, MediaCopy } from './media-copy';
import { Preferences } from './preferences';
import { Destination, Viewer } from './rule';
import { PRIVATE_CIDRS } from '../../../private/private-cidrs';
import { ProxiesDocument, RouterSettings } from '../contract';

/** A network whose clients read through the proxy of a replica. */
interface PrivateNetwork {
  /** The region of the replica. */
  readonly region: string;
  readonly clients: readonly IpRange[];
  /** The replica under S3's own host name. Undefined if the replica can be read only through the proxy. */
  readonly publicReplica?: MediaCopy;
  /** The primary at the proxy. Undefined if the proxy does not serve it. */
  readonly primary?: MediaCopy;
}

/**
 * The private networks in front of the replicas. Links use a proxy's host names only for viewers in its network. If the
 * proxy also serves the primary, all links for reading that such viewers get stay in the network.
 *
 * A viewer is in the network if the viewer's address is in the proxy's client ranges. Without an address, a viewer is
 * in the network if the request specifies the region of the replica.
 */
export class PrivateNetworks {
  static from({ primary, replicas }: Copies, proxies: ProxiesDocument, env: NodeJS.ProcessEnv): PrivateNetworks {
    return new PrivateNetworks(
      replicas
        .filter(([region]) => proxies[region])
        .map(([region, bucket]) => {
          const { clients = PRIVATE_CIDRS, isolated, primary: origin } = proxies[region];
          return {
            region,
            clients: clients.flatMap((cidr) => parseIpRange(cidr) ?? []),
            publicReplica: isolated ? undefined : mediaCopy('replica', [region, bucket], env),
            primary: origin ? mediaCopy('primary', [primary[0], primary[1], origin], env) : undefined,
          };
        }),
    );
  }

  constructor(private readonly networks: readonly PrivateNetwork[] = []) {}

  /**
   * Returns the primary under its host name at the viewer's proxy. This is the proxy of the destination, of the
   * requested region, or of the region near the viewer. Undefined if the viewer is in no network, or if the proxy does
   * not serve the primary.
   */
  primaryFor(viewer: Viewer, destination: Destination, { ranges }: Preferences): MediaCopy | undefined {
    const near = viewer.address === undefined ? undefined : ranges.regionOf(viewer.address);
    const regions = ['replica' in destination ? destination.replica : undefined, viewer.region, near];
    const networks = regions.flatMap((region) => this.networks.find((network) => network.region === region) ?? []);
    return networks.find((network) => network.primary && isInside(network, viewer))?.primary;
  }

  /** Returns the replica under a host name that the viewer can reach. Undefined if the viewer cannot read it. */
  replicaFor(viewer: Viewer, replica: MediaCopy): MediaCopy | undefined {
    const network = this.networks.find(({ region }) => region === replica.region);
    return !network || isInside(network, viewer) ? replica : network.publicReplica;
  }
}

type Copies = Pick<RouterSettings, 'primary' | 'replicas'>;

function isInside({ region, clients }: PrivateNetwork, viewer: Viewer): boolean {
  const { address } = viewer;
  if (address === undefined) return viewer.region === region;
  return clients.some(({ start, prefixLength }) => firstAddress(address, prefixLength) === start);
}
