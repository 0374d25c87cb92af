import { Token } from 'aws-cdk-lib';
import { MediaRouterOptions } from './props';
import { Problems } from '../../private/problems';
import { MediaReplica } from '../bucket';
import { ARCHIVE_CLASSES } from '../bucket/contract';

const FIX = 'Change the replica, or specify the region of another one.';

/** What a replica is, in the props of the media or as a construct. */
export interface ReplicaFacts extends Partial<MediaReplica> {
  readonly region: string;
}

/** Validates whether the replica in the standby's region can take the place of the primary. */
export function validateStandby(
  problems: Problems,
  standby: MediaRouterOptions['standby'],
  media: { readonly writeToReplicas?: boolean; readonly replicas: readonly ReplicaFacts[] },
): void {
  if (!standby || Token.isUnresolved(standby.region)) return;
  problems.expect(media.writeToReplicas === true, {
    property: 'standby',
    got: 'media without `writeToReplicas`',
    expected:
      'media that can be uploaded to replicas: otherwise, the primary never gets what was uploaded during a failover',
    fix: 'Specify `writeToReplicas: true` for the media, or remove `standby`.',
  });
  const replica = media.replicas.find(({ region }) => region === standby.region);
  if (!replica) return;
  const lacking = shortcomings(replica);
  problems.expect(lacking.length === 0, {
    property: 'standby.region',
    got: standby.region,
    expected: `the region of a replica that holds all objects, and that every viewer can read. This one has ${lacking.join(', ')}`,
    fix: FIX,
  });
}

function shortcomings(replica: ReplicaFacts): string[] {
  const { prefix, tags, deleteMarkerReplication, storageClass, objectLifetime, proxyIsolation } = replica;
  return [
    ...(prefix ? ['a `prefix`'] : []),
    ...(tags ? ['`tags`'] : []),
    ...(deleteMarkerReplication === false ? ['`deleteMarkerReplication: false`'] : []),
    ...(storageClass && ARCHIVE_CLASSES.includes(storageClass.value) ? ['an archive storage class'] : []),
    ...(objectLifetime ? ['a lifecycle rule that deletes or archives objects'] : []),
    ...(proxyIsolation ? ['an isolated bucket (`proxy.isolation`)'] : []),
  ];
}
