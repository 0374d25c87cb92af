/**
 * Properties that a config file cannot express, and why. All others must be in the schema: a property added to the library
 * appears there without a change here, unless its type requires a decision, which makes the generator fail.
 */
export const LEFT_OUT: Record<string, string> = {
  'MediaReplicationStackProps.env': 'expressed by `region` and `account`',
  'MediaReplicationStackProps.synthesizer': 'an object of an app; `bootstrapQualifier` covers the common case',
  'MediaReplicationStackProps.analyticsReporting': 'used by the AWS CDK CLI only',
  'MediaReplicationStackProps.crossRegionReferences': 'this library creates none',
  'MediaReplicationStackProps.suppressTemplateIndentation': 'changes only the formatting of templates',
  'MediaReplicationStackProps.propertyInjectors': 'objects of an app',
  'ReplicatedMediaBucketProps.replicaSynthesizer':
    'an object of an app; `bootstrapQualifier` covers the common case for all stacks',
  'MediaRouterStandbyOptions.synthesizer':
    'an object of an app; `bootstrapQualifier` covers the common case for all stacks',
  'MediaReplicaProps.stack': 'an object of an app',
  'S3MediaProxyOptions.vpc': 'requires subnets and route tables as well, which an app can look up',
  'S3MediaProxyOptions.vpcSubnets': 'belongs to `vpc`',
  'S3MediaProxyPrimaryOptions.vpcSubnets': 'belongs to `vpc`',
  'ReplicationCanaryOptions.proxies': 'takes constructs of an app; the proxies of the replicas are the default',
  'ReplicationDrillOptions.stopAlarms': 'takes constructs of an app; the alarm on fallbacks is always there',
  'ReplicaAuditOptions.bytesScannedCutoff': 'a size; the default is enough for about 10 billion versions',
  'LifecycleRule.expirationDate': 'a fixed date; `expiration` is a duration',
  'Transition.transitionDate': 'a fixed date; `transitionAfter` is a duration',
};

/** Properties that are optional in the library, but required in a config file: the stack requires them, too. */
export const REQUIRED = ['ReplicatedMeetingOptions.meetingName'];

/** Descriptions for a config file, where the docstring addresses readers of code. */
export const CONFIG_DESCRIPTIONS: Record<string, string> = {
  'ReplicatedMediaBucketProps.bucket':
    'The name of an existing bucket in `region` to use as the primary. A custom resource adds the replication rules to ' +
    'those of the bucket, and removes only its own; the same applies to the notification of failed objects that ' +
    '`replicateExisting` and `repair` require. Nothing else is modified: encryption, lifecycle, logging and CORS settings ' +
    'apply to the replicas, and `encryptionKey` names the key that the bucket uses. Its policies must allow the ' +
    'replication role.\nDefault: a new bucket.',
  'ReplicatedMediaBucketProps.replicationAlarms':
    'Whether to create alarms on the replication metrics of each replica.\nDefault: true.',
  'ReplicatedMediaBucketProps.enableVersioning':
    'Whether to enable versioning on `bucket` if it is not versioned, as replication requires. Versioning stays enabled ' +
    'after the stack is deleted, since S3 can suspend but not remove it.\nDefault: false: the deployment fails if the ' +
    'bucket is not versioned.',
  'ReplicatedMediaBucketProps.writeToReplicas':
    'Whether objects can also be put into replicas, which replicate them to all other copies: for writes while the ' +
    "primary's region is unavailable.\nDefault: false.",
  'MediaMonitoringOptions.alarmTopic':
    'The topic that all alarms publish to, in `region`. Its policy must allow `cloudwatch.amazonaws.com` and ' +
    '`events.amazonaws.com` to publish; the policy of its key must allow them `kms:Decrypt` and `kms:GenerateDataKey*`.\n' +
    'Default: a new topic, encrypted with a new key.',
  'MediaReplicationStackProps.canary':
    'A canary that tests replication on a schedule (`canary: {}` for the default options). It adds custom metrics and ' +
    'alarms for each replica.\nDefault: no canary.',
  'MediaReplicationStackProps.drill':
    'A rehearsal of an outage of replication, which an operator starts in AWS FIS (`drill: {}` for the default options).\n' +
    'Default: no drill.',
  'MediaReplicationStackProps.audit':
    'An audit that compares all copies once a day (`audit: {}` for the default options). It adds inventories of the ' +
    'buckets, and queries in Athena.\nDefault: no audit.',
  'MediaReplicationStackMeetings.rooms': 'The rooms. An empty list creates the service only.',
  'ReplicatedMeetingOptions.meetingName':
    'The name used to join the meeting: 2 to 64 letters, digits, `-` and `_`. Unique in the list. Renaming a room ' +
    'replaces it.',
  'MediaReplicationStackProps.permissionsBoundary':
    'The permissions boundary of all roles in the stacks.\nDefault: no permissions boundary.',
  'MediaReplicationStackProps.description': 'A description of the stack.\nDefault: no description.',
  'MediaReplicationStackProps.tags': 'Tags of the stacks and of all taggable resources in them.\nDefault: no tags.',
  'MediaReplicaProps.bucket':
    "The name of an existing bucket in the replica's region to use as the replica. It is not modified, and must be " +
    'versioned. If objects are encrypted with AWS KMS, `encryptionKey` must specify its key.\nDefault: a new bucket.',
};
