/**
 * Properties that a config file can't say, and why. Everything else must be in the schema: a property that is added to
 * the library gets there by itself, or fails the generator if it is of a type that needs a decision.
 */
export const LEFT_OUT: Record<string, string> = {
  'MediaReplicationStackProps.env': '`region` and `account` say it',
  'MediaReplicationStackProps.synthesizer': 'an object of an app; `bootstrapQualifier` says what most need of it',
  'MediaReplicationStackProps.analyticsReporting': 'nothing is reported without the AWS CDK CLI',
  'MediaReplicationStackProps.crossRegionReferences': 'this library has none',
  'MediaReplicationStackProps.suppressTemplateIndentation': 'about the text of the templates only',
  'MediaReplicationStackProps.notificationArns': 'an option of the deployment: `cdk deploy --notification-arns`',
  'MediaReplicationStackProps.propertyInjectors': 'objects of an app',
  'MediaReplicaProps.stack': 'an object of an app',
  'S3MediaProxyOptions.vpc': 'needs the subnets and route tables too, which an app can look up',
  'S3MediaProxyOptions.vpcSubnets': 'goes with `vpc`',
  'LifecycleRule.expirationDate': 'a moment that passes; `expiration` says after how long',
  'Transition.transitionDate': 'a moment that passes; `transitionAfter` says after how long',
};

/** Where what is said to those who write code would mislead those who write a file. */
export const SAID_OTHERWISE: Record<string, string> = {
  'MediaReplicationStackProps.bucket':
    'The name of a bucket that exists, with its media, instead of a new primary: in `region`. A custom resource puts the ' +
    'rules beside those that are there, and takes only ours out again; so it is with the notification of failed ' +
    'objects that `replicateExisting` and `repair` need. Nothing else of it is changed: what is said of ' +
    'encryption, lifecycle, logs and origins holds for the replicas, and `encryptionKey` names the key that the bucket ' +
    'has. Its policies must admit the replication role.\nDefault: a new bucket.',
  'MediaReplicationStackProps.replicationAlarms':
    'Whether alarms watch the replication of every replica with metrics.\nDefault: true.',
  'MediaReplicationStackProps.alarmTopic':
    'The topic that every alarm goes to, in `region`. Its policy must let `cloudwatch.amazonaws.com` and ' +
    '`events.amazonaws.com` publish; the policy of its key must allow them `kms:Decrypt` and `kms:GenerateDataKey*`.\n' +
    'Default: a new one, encrypted with a key of its own.',
  'MediaReplicationStackProps.httpApi':
    'HTTP APIs in front of the functions: `POST /links` and `GET /media?key=…` for links, `POST /audience` and ' +
    '`POST /host` for meetings.\nDefault: none: the functions are invoked by those whom IAM allows it.',
  'MediaReplicationStackProps.enableVersioning':
    'Whether versioning is switched on for `bucket` if it is not versioned, which replication needs. It stays on when ' +
    "the stack goes: versioning can't be taken back.\nDefault: false: such a bucket fails the deployment.",
  'MediaReplicationStackProps.writeToReplicas':
    'Whether objects may be put into replicas too, from where they are replicated to all other copies: for the time in ' +
    "which the primary's region is not to be had.\nDefault: false.",
  'MediaReplicationStackProps.permissionsBoundary':
    'The policy that bounds what the roles of the stacks may do.\nDefault: none.',
  'MediaReplicationStackProps.description': 'A description of the stack.\nDefault: none.',
  'MediaReplicationStackProps.tags': 'Tags of the stacks and of all that can have tags in them.\nDefault: none.',
  'MediaReplicaProps.bucket':
    "The name of a bucket that exists, in the replica's region, instead of a new one. It is not changed, and must be " +
    'versioned. Where objects are encrypted with KMS, `encryptionKey` must name its key.\nDefault: a new bucket.',
};
