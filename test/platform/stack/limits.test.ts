import { statSync } from 'node:fs';
import { MediaReplicationStack } from '../../../src';
import { REPLICA_REGIONS } from '../../support/replica-regions';
import { newApp, synthesise } from '../../support/synth';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const CLOUDFORMATION = { resources: 500, outputs: 200, bytes: 1_000_000 };
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space */
const IAM = { inlineOfRole: 10_240, managed: 6_144, managedOfRole: 10 };

/** Replaces intrinsic functions by values of the greatest length that they can have. */
const filledIn = (policy: unknown): string =>
  JSON.stringify(policy, (_, value: any) => {
    if (value?.['Fn::Join']) {
      return value['Fn::Join'][1].map((part: any) => (part.Ref ? 'aws'.padEnd(12) : part)).join('');
    }
    return value?.['Fn::GetAtt'] ? 'x'.repeat(120) : value;
  });

describe.each([1, 5, 20])('MediaReplicationStack with %d replicas', (size) => {
  const app = newApp();
  new MediaReplicationStack(app, 'Media', {
    env: { region: 'us-east-1' },
    media: {
      replicas: REPLICA_REGIONS.slice(0, size).map((region) => ({
        region,
        proxy: { domainName: `media.${region}.example.com` },
      })),
      serverAccessLogs: true,
    },
    meetings: {
      rooms: Array.from({ length: size }, (_, index) => ({
        meetingName: `meeting-${index}`,
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-west-1', count: 4 }],
      })),
    },
    monitoring: { alarmEmails: ['media-oncall@example.com'] },
  });
  const stacks = synthesise(app).stacksRecursively;

  test('stays below half of the CloudFormation limits in every stack', () => {
    expect(stacks).toHaveLength(1 + size);
    for (const { template, templateFullPath } of stacks) {
      expect(Object.keys(template.Resources).length).toBeLessThan(CLOUDFORMATION.resources / 2);
      expect(Object.keys(template.Outputs ?? {}).length).toBeLessThan(CLOUDFORMATION.outputs / 2);
      expect(statSync(templateFullPath).size).toBeLessThan(CLOUDFORMATION.bytes / 2);
    }
  });

  test('stays within the IAM policy size quotas', () => {
    for (const { template } of stacks) {
      for (const { Type, Properties } of Object.values<any>(template.Resources)) {
        const length = filledIn(Properties?.PolicyDocument ?? '').length;
        if (Type === 'AWS::IAM::Policy') expect(length).toBeLessThan(IAM.inlineOfRole);
        if (Type === 'AWS::IAM::ManagedPolicy') expect(length).toBeLessThan(IAM.managed);
        if (Type === 'AWS::IAM::Role') expect(Properties.ManagedPolicyArns ?? []).not.toHaveLength(IAM.managedOfRole);
      }
    }
  });

  test('stays within the CloudWatch dashboard quotas', () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    const [dashboard] = stacks.flatMap(({ template }) =>
      Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard'),
    );
    const text = filledIn(dashboard.Properties.DashboardBody);
    expect(text.split('"type\\":').length).toBeLessThan(500);
    expect(text.split('\\"label\\":').length).toBeLessThan(2500);
  });
});
