import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { MediaRouter, ReplicatedMediaBucket } from '../../../src';
import { asText, newApp, templateOf } from '../../support/synth';

const [OWN, OTHER] = ['111111111111', '222222222222'];

function setUp(replicaAccount?: string) {
  const stack = new Stack(newApp(), 'MediaStack', { env: { region: 'us-east-1', account: OWN } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1', account: replicaAccount }],
    replicateExisting: false,
  });
  const router = new MediaRouter(stack, 'Router', { media, uploads: true });
  const { roleName } = router.function.role!.node.defaultChild as iam.CfnRole;
  return { stack, media, roleName: stack.resolve(roleName) };
}

describe('MediaRouter with a replica in another account', () => {
  test("its role has a physical name, which the replica's bucket and key policies refer to", () => {
    const { stack, media, roleName } = setUp(OTHER);
    expect(roleName).toMatch(/^router-[0-9a-f]{8}-router$/);
    templateOf(stack); // synthesises both stacks
    const replica = templateOf(media.replica('eu-west-1').stack);
    for (const [type, property] of [
      ['AWS::S3::BucketPolicy', 'PolicyDocument'],
      ['AWS::KMS::Key', 'KeyPolicy'],
    ]) {
      const [policy] = Object.values(replica.findResources(type)).map(({ Properties }) => asText(Properties[property]));
      const statements = policy.Statement.filter(({ Condition }: any) =>
        JSON.stringify(Condition?.ArnEquals ?? {}).includes(`:role/${roleName}`),
      );
      expect(statements).not.toEqual([]);
      for (const { Principal } of statements) expect(JSON.stringify(Principal)).toContain(`${OWN}:root`);
    }
  });

  test('its role has a generated name if all copies are in its own account', () => {
    expect(setUp(OWN).roleName).toBeUndefined();
    expect(setUp().roleName).toBeUndefined();
  });
});
