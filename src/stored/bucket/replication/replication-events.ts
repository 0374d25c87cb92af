import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { accountOf } from '../../../private/naming';

/**
 * Publishes a bucket's replication events to an encrypted topic, which is their only destination: S3 rejects a second one
 * for the same event. Everything else subscribes to the topic.
 */
export class ReplicationEvents extends Construct {
  readonly topic: sns.Topic;

  /** @param timeControl whether any rule has Replication Time Control, which the events about late objects need */
  constructor(scope: Construct, id: string, bucket: s3.IBucket, timeControl: boolean) {
    super(scope, id);
    // S3 cannot use the AWS managed key for SNS.
    const key = new kms.Key(this, 'Key', {
      description: `Encrypts the replication events of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // SNS does not store messages
    });
    this.topic = new sns.Topic(this, 'Resource', {
      displayName: 'Replication events',
      masterKey: key,
      enforceSSL: true,
    });
    const fromAccount = { StringEquals: { 'aws:SourceAccount': accountOf(Stack.of(this)) } };
    const common = { sid: 'ReplicationEvents', principals: [new iam.ServicePrincipal('s3.amazonaws.com')] };
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        ...common,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'], // in a key policy, the key itself
        conditions: fromAccount,
      }),
    );
    const { policyDependable } = this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        ...common,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ...fromAccount, ArnLike: { 'aws:SourceArn': bucket.bucketArn } },
      }),
    );
    // Not an `SnsDestination`, which grants S3 the same permissions without the condition on the account.
    const destination: s3.IBucketNotificationDestination = {
      bind: () => ({
        arn: this.topic.topicArn,
        type: s3.BucketNotificationDestinationType.TOPIC,
        dependencies: [policyDependable!],
      }),
    };
    for (const event of eventTypes(timeControl)) bucket.addEventNotification(event, destination);
  }
}

function eventTypes(timeControl: boolean): s3.EventType[] {
  const late = [
    s3.EventType.REPLICATION_OPERATION_MISSED_THRESHOLD,
    s3.EventType.REPLICATION_OPERATION_REPLICATED_AFTER_THRESHOLD,
  ];
  return [
    s3.EventType.REPLICATION_OPERATION_FAILED_REPLICATION,
    s3.EventType.REPLICATION_OPERATION_NOT_TRACKED,
    ...(timeControl ? late : []),
  ];
}
