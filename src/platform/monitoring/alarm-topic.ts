import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { accountOf } from '../../private/naming';

const CLOUDWATCH = new iam.ServicePrincipal('cloudwatch.amazonaws.com');
const EVENTBRIDGE = new iam.ServicePrincipal('events.amazonaws.com');

/** An encrypted topic that the account's alarms can publish to. */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;
  private readonly key: kms.Key;
  private admitsRules = false;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Not the key that SNS has for everybody, whose policy lets no alarm in.
    this.key = new kms.Key(this, 'Key', {
      description: `Encrypts the alarms of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // no message is kept
    });
    this.topic = new sns.Topic(this, 'Resource', {
      displayName: 'Media replication',
      masterKey: this.key,
    });
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'OnlyOverTls',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    this.admit('Alarms', CLOUDWATCH, { StringEquals: { 'aws:SourceAccount': accountOf(Stack.of(this)) } });
  }

  /**
   * Lets rules of EventBridge publish too. SNS does not support conditions on their account for encrypted topics.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
   */
  admitRules(): void {
    if (this.admitsRules) return;
    this.admitsRules = true;
    this.admit('Rules', EVENTBRIDGE);
  }

  private admit(sid: string, principal: iam.ServicePrincipal, conditions?: iam.Conditions): void {
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        principals: [principal],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions,
      }),
    );
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        principals: [principal],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'], // in a key's policy: this key
        conditions,
      }),
    );
  }
}
