import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { accountOf } from '../../private/naming';

const CLOUDWATCH = new iam.ServicePrincipal('cloudwatch.amazonaws.com');
const EVENTBRIDGE = new iam.ServicePrincipal('events.amazonaws.com');

/** An encrypted topic that the alarms of the account can publish to. */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;
  private readonly key: kms.Key;
  private allowsRules = false;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // The policy of the AWS managed key for SNS does not allow CloudWatch to use it.
    this.key = new kms.Key(this, 'Key', {
      description: `Encrypts the alarms of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY, // SNS does not store messages
    });
    this.topic = new sns.Topic(this, 'Resource', {
      displayName: 'Media replication',
      masterKey: this.key,
      enforceSSL: true,
    });
    this.allow('Alarms', CLOUDWATCH, { StringEquals: { 'aws:SourceAccount': accountOf(Stack.of(this)) } });
  }

  /**
   * Allows EventBridge rules to publish as well. SNS does not support conditions on the source account for them if the
   * topic is encrypted.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
   */
  allowRules(): void {
    if (this.allowsRules) return;
    this.allowsRules = true;
    this.allow('Rules', EVENTBRIDGE);
  }

  private allow(sid: string, principal: iam.ServicePrincipal, conditions?: iam.Conditions): void {
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
        resources: ['*'], // in a key policy, the key itself
        conditions,
      }),
    );
  }
}
