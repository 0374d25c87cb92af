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
  /** The replica by S3's own host name. Undefined if it can be read through the proxy only. */
  readonly publicReplica?: MediaCopy;
  /** The primary at the proxy. Undefined if the proxy does not serve it. */
  readonly primary?: MediaCopy;
}

/**
 * The private networks in front of the replicas. A link uses a name of a proxy only for viewers in its network. If the
 * proxy serves the primary too, all links that such viewers read are in the network.
 *
 * A viewer is in the network if the address is one of the proxy's clients. Without an address, only the region of the
 * request says where the viewer is.
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
   * The primary by the name at the viewer's proxy: that of the destination, of the requested region, or of the region near
   * the viewer. Undefined if the viewer is in no network, or its proxy does not serve the primary.
   */
  primaryFor(viewer: Viewer, destination: Destination, { ranges }: Preferences): MediaCopy | undefined {
    const near = viewer.address === undefined ? undefined : ranges.regionOf(viewer.address);
    const regions = ['replica' in destination ? destination.replica : undefined, viewer.region, near];
    const networks = regions.flatMap((region) => this.networks.find((network) => network.region === region) ?? []);
    return networks.find((network) => network.primary && isInside(network, viewer))?.primary;
  }

  /** The replica by a name that the viewer can use. Undefined if the viewer cannot read it. */
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
