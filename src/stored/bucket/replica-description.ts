import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ARCHIVE_CLASSES } from './contract';
import { Replica } from './copies/replica';
import { MediaReplicaDescription } from './media-replica';
import { sorted } from '../../private/sorted';

/** Describes a replica. Properties with their default are undefined. */
export function describeReplica({
  ruleId,
  props,
  metrics,
  timeControl,
  lifecycleRules,
}: Replica): MediaReplicaDescription {
  const { prefix, tags, deleteMarkerReplication, storageClass, proxy } = props;
  return {
    ruleId,
    prefix,
    tags: tags && sorted(tags),
    deleteMarkerReplication: deleteMarkerReplication === false ? false : undefined,
    storageClass,
    objectLifetime: lifetimeOf(lifecycleRules),
    replicationTimeControl: timeControl ? undefined : false,
    replicationMetrics: metrics ? undefined : false,
    proxyClientCidrs: proxy?.clientCidrs,
    proxyIsolation: proxy?.isolation ? true : undefined,
  };
}

/** The shortest time after which a rule deletes or archives a current object. Dates are not tied to an age: no time at all. */
function lifetimeOf(rules: s3.LifecycleRule[]): Duration | undefined {
  const days = rules
    .filter(({ enabled = true }) => enabled)
    .flatMap(({ expiration, expirationDate, transitions = [] }) => [
      ...(expiration ? [expiration.toDays()] : []),
      ...(expirationDate ? [0] : []),
      ...transitions
        .filter(({ storageClass }) => ARCHIVE_CLASSES.includes(storageClass.value))
        .map(({ transitionAfter, transitionDate }) => (transitionDate ? 0 : (transitionAfter?.toDays() ?? 0))),
    ]);
  return days.length > 0 ? Duration.days(Math.min(...days)) : undefined;
}
