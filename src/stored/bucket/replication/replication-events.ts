import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct, IDependable } from 'constructs';
import { BucketProvider } from './bucket-provider';
import { createEventsTopic } from './events-topic';
import { accountOf } from '../../../private/naming';
import { BucketProperties, EventsProperties } from '../contract';
import { cfnBucketOf } from '../copies/existing-copy';

export interface ReplicationEventsProps {
  /** A bucket in the account and region of the scope. */
  readonly bucket: s3.IBucket;
  /** Whether any rule has Replication Time Control, which the events about late objects need. */
  readonly timeControl: boolean;
  /** A name that does not depend on the path: of the notification, and for the logical IDs of subscriptions. */
  readonly name: string;
  /** Adds the notification to an imported bucket. @default - a provider of its own */
  readonly provider?: BucketProvider;
}

/**
 * Publishes a bucket's replication events to an encrypted topic, which is their only destination: S3 rejects a second one
 * for the same event. Everything else subscribes to the topic.
 */
export class ReplicationEvents extends Construct {
  readonly topic: sns.Topic;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ReplicationEventsProps,
  ) {
    super(scope, id);
    const { bucket, timeControl, name } = props;
    // S3 cannot use the AWS managed key for SNS.
    const key = new kms.Key(this, 'Key', {
      description: `Encrypts the replication events of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // SNS does not store messages
    });
    this.topic = createEventsTopic(this, 'Resource', `${name}-${id}`, {
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
    if (cfnBucketOf(bucket)) this.addByCdk(eventTypes(timeControl), policyDependable!);
    else this.addBeside(eventTypes(timeControl), policyDependable!);
  }

  /**
   * Adds the notification to a bucket of the app. The CDK's function replaces the whole configuration, so that another
   * function would compete with the notifications that the user adds to the bucket.
   */
  private addByCdk(events: s3.EventType[], policy: IDependable): void {
    // Not an `SnsDestination`, which grants S3 the same permissions without the condition on the account.
    const destination: s3.IBucketNotificationDestination = {
      bind: () => ({
        arn: this.topic.topicArn,
        type: s3.BucketNotificationDestinationType.TOPIC,
        dependencies: [policy],
      }),
    };
    for (const event of events) this.props.bucket.addEventNotification(event, destination);
  }

  /** Adds the notification to an imported bucket, beside those of other tools. */
  private addBeside(events: s3.EventType[], policy: IDependable): void {
    const { bucket, name, provider = new BucketProvider(this, 'Provider') } = this.props;
    const stack = Stack.of(this);
    const properties: Omit<EventsProperties, keyof BucketProperties> = {
      Id: `${name}-${this.node.id}`,
      TopicArn: this.topic.topicArn,
      Events: events,
    };
    const resource = provider.createResource(this, 'Notification', {
      resourceType: 'Custom::MediaReplicationEvents',
      bucketName: bucket.bucketName,
      region: stack.region,
      account: accountOf(stack),
      actions: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
      properties,
    });
    // S3 accepts only a topic to which it can publish.
    resource.node.addDependency(policy);
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
