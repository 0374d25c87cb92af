/**
 * The equivalent of the library, hand-written with L2 constructs by an expert in S3 replication: keys and aliases, buckets,
 * a role with least-privilege statements (the role of the L2 cannot refer to a key in another region), rules with
 * Replication Time Control, alarms and outputs. Without a dependency of the bucket on the policy of its role, which the L2
 * constructs do not support.
 */
import { App, Aws, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { forEachPrimaryStack, PRIMARY, REPLICA, SHARED, SIZE } from './layout';

const app = new App();
const RUNBOOK = 'https://github.com/cdk-media-replication/cdk-media-replication/blob/main/docs/operations.md';

forEachPrimaryStack(SIZE, (group, indexes) => {
  const primaryStack = new Stack(app, `Primary${group}`, { env: PRIMARY });
  const createReplicaStack = (id: string, description?: string) => {
    const stack = new Stack(app, id, { env: REPLICA, description });
    primaryStack.addStackDependency(stack);
    return stack;
  };
  const shared = SHARED ? createReplicaStack(`Replica${group}`) : undefined;
  for (const index of indexes) {
    const path = `Primary${group}/Media${index}`;
    const replicaStack = shared ?? createReplicaStack(`MediaReplica${index}`, `Replica of the media bucket ${path}`);
    replicatedBucket(primaryStack, replicaStack, path, index);
  }
});

app.synth();

function replicatedBucket(primaryStack: Stack, replicaStack: Stack, path: string, index: number): void {
  const alias = `alias/media${index}-1a2b3c4d`;
  const ruleId = `media${index}-1a2b3c4d-${REPLICA.region}`;
  const aliasArn = ({ region, account }: typeof PRIMARY) => `arn:${Aws.PARTITION}:kms:${region}:${account}:${alias}`;
  const nameIn = (stack: Stack) => `media${index}-1a2b3c4d-${stack.account}-${stack.region}-an`;

  const replica = new s3.Bucket(replicaStack, `ReplicaBucket${index}`, {
    ...bucketProps(replicaStack, index, path, alias),
    bucketName: nameIn(replicaStack),
  });
  accountRegional(replica);

  const primaryProps = bucketProps(primaryStack, index, path, alias);
  const primary = new s3.Bucket(primaryStack, `PrimaryBucket${index}`, {
    ...primaryProps,
    bucketName: nameIn(primaryStack),
    replicationRole: replicationRole(
      primaryStack,
      index,
      path,
      nameIn(primaryStack),
      nameIn(replicaStack),
      primaryProps.encryptionKey,
      alias,
    ),
    replicationRules: [
      {
        id: ruleId,
        destination: replica,
        priority: 1,
        deleteMarkerReplication: true,
        sseKmsEncryptedObjects: true,
        kmsKey: kms.Key.fromKeyArn(
          primaryStack,
          `ReplicaKey${index}`,
          `arn:${Aws.PARTITION}:kms:${REPLICA.region}:${REPLICA.account}:${alias}`,
        ),
        filter: { prefix: '' },
        replicationTimeControl: s3.ReplicationTimeValue.FIFTEEN_MINUTES,
        metrics: s3.ReplicationTimeValue.FIFTEEN_MINUTES,
      },
    ],
  });
  accountRegional(primary);

  const dimensionsMap = { SourceBucket: nameIn(primaryStack), DestinationBucket: nameIn(replicaStack), RuleId: ruleId };
  alarm(
    replicaStack,
    `ReplicationLatencyAlarm${index}`,
    new cloudwatch.Metric({
      namespace: 'AWS/S3',
      metricName: 'ReplicationLatency',
      statistic: 'Maximum',
      dimensionsMap,
    }),
    900,
    { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.IGNORE },
    `The replica of ${path} in ${REPLICA.region} is behind the primary. Links to it may miss new media. See whether ` +
      'operations fail or only wait, and whether the upload rate exceeds the Replication Time Control quota. ' +
      `${RUNBOOK}#alarm-replication-latency`,
  );
  alarm(
    primaryStack,
    `ReplicationFailedAlarm${index}`,
    new cloudwatch.Metric({
      namespace: 'AWS/S3',
      metricName: 'OperationsFailedReplication',
      statistic: 'Sum',
      dimensionsMap,
    }),
    0,
    { evaluationPeriods: 3, datapointsToAlarm: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING },
    `S3 gave up replicating objects of ${path} to ${REPLICA.region}. They stay missing there until they are put again ` +
      'or replicated by a batch job. Subscribe to replicationEvents for the objects and the reason. ' +
      `${RUNBOOK}#alarm-replication-failures`,
  );

  new CfnOutput(primaryStack, `Media${index}ReplicaBucketName`, {
    value: nameIn(replicaStack),
    description: `Replica bucket name (${REPLICA.region})`,
  });
  new CfnOutput(primaryStack, `Media${index}ReplicaRegion`, {
    value: REPLICA.region,
    description: `Replica bucket region (${REPLICA.region})`,
  });
  new CfnOutput(primaryStack, `Media${index}Copies`, {
    value: primaryStack.toJsonString({
      version: 1,
      primary: { bucketName: nameIn(primaryStack), ...PRIMARY, encryptionKey: aliasArn(PRIMARY) },
      replicas: [{ bucketName: nameIn(replicaStack), ...REPLICA, encryptionKey: aliasArn(REPLICA), ruleId }],
    }),
    description: 'The primary bucket and its replicas, as JSON',
  });
}

function bucketProps(stack: Stack, index: number, path: string, aliasName: string) {
  const encryptionKey = new kms.Key(stack, `Key${index}`, {
    description: `Media of ${path}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  new kms.Alias(stack, `KeyAlias${index}`, { aliasName, targetKey: encryptionKey });
  return {
    versioned: true,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      {
        id: 'housekeeping',
        abortIncompleteMultipartUploadAfter: Duration.days(7),
        noncurrentVersionExpiration: Duration.days(90),
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  };
}

/** The L2 sets the namespace only together with a name prefix, which makes the full name unknown. */
function accountRegional(bucket: s3.Bucket): void {
  (bucket.node.defaultChild as s3.CfnBucket).bucketNamespace = s3.BucketNamespace.ACCOUNT_REGIONAL;
}

function replicationRole(
  primaryStack: Stack,
  index: number,
  path: string,
  source: string,
  destination: string,
  sourceKey: kms.IKey,
  alias: string,
): iam.Role {
  const bucketArn = (name: string) => `arn:${Aws.PARTITION}:s3:::${name}`;
  const through = (region: string, name: string) => ({
    StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucketArn(name), `${bucketArn(name)}/*`] },
  });
  const role = new iam.Role(primaryStack, `ReplicationRole${index}`, {
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
    description: `Replicates the media of ${path}`,
  });
  const allow = (actions: string[], resource: string, conditions?: iam.Conditions) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource], conditions }));
  allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], bucketArn(source));
  allow(
    [
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionTagging',
      's3:GetObjectVersionAnnotationForReplication',
    ],
    `${bucketArn(source)}/*`,
  );
  allow(['kms:Decrypt'], sourceKey.keyArn, through(PRIMARY.region, source));
  allow(['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'], `${bucketArn(destination)}/*`, {
    StringEquals: { 'aws:ResourceAccount': REPLICA.account },
  });
  allow(
    ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
    `arn:${Aws.PARTITION}:kms:${REPLICA.region}:${REPLICA.account}:key/*`,
    {
      ...through(REPLICA.region, destination),
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias },
    },
  );
  return role;
}

function alarm(
  stack: Stack,
  id: string,
  metric: cloudwatch.Metric,
  threshold: number,
  evaluation: Pick<cloudwatch.AlarmProps, 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData'>,
  alarmDescription: string,
): cloudwatch.Alarm {
  return new cloudwatch.Alarm(stack, id, {
    alarmDescription,
    metric,
    threshold,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    ...evaluation,
  });
}
