import { App, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMediaBucket } from '../../src';
import { expectNagClean } from '../support/nag';
import { MEDIA } from '../support/nag-acceptances';
import { newApp } from '../support/synth';

function topicIn(stack: Stack): sns.ITopic {
  return sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${stack.region}:111111111111:alarms`);
}

test('ReplicatedMediaBucket passes the AwsSolutions and NIST 800-53 packs of cdk-nag', () => {
  const app: App = newApp();
  const stack = new Stack(app, 'MediaStack', { env: { account: '111111111111', region: 'us-east-1' } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }, { region: 'eu-central-1', account: '222222222222' }],
    serverAccessLogs: true,
    replicateExisting: false, // test/backfill has a test of its own
  });
  media.grantReadWrite(new iam.Role(stack, 'App', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'app' }));
  media.addReplicationAlarms({
    actions: [new SnsAction(topicIn(stack))],
    replicaActions: Object.fromEntries(
      media.replicas.map((replica) => [replica.region, [new SnsAction(topicIn(replica.stack))]]),
    ),
  });

  expectNagClean(app, MEDIA);
});
