import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  MediaMonitoring,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicatedMediaBucketProps,
  ReplicationCanary,
} from '../../../src';
import { asText, only, primaryStack, synthesise, templateOf } from '../../support/synth';

const PAUSED = { region: 'eu-west-1', enabled: false };
const RULES = 'Custom::MediaReplicationRules';

function mediaIn(stack: Stack, props: Partial<ReplicatedMediaBucketProps> = {}): ReplicatedMediaBucket {
  return new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [PAUSED, { region: 'sa-east-1' }],
    ...props,
  });
}

const rulesIn = (resource: any): any[] => JSON.parse(resource.Properties.Rules);

describe('A paused replica', () => {
  /** Everything that can refer to a replica. */
  function appWith(enabled: boolean): App {
    const stack = primaryStack();
    const media = mediaIn(stack, {
      replicas: [{ ...PAUSED, enabled }, { region: 'sa-east-1' }],
      writeToReplicas: true,
    });
    const router = new MediaRouter(stack, 'Router', { media });
    const canary = new ReplicationCanary(stack, 'Canary', { media });
    new MediaMonitoring(stack, 'Monitoring', { media, router, canary });
    return stack.node.root as App;
  }

  test('differs in nothing but the status of its rules, its record, its alarms and the settings of functions', () => {
    const templates = (enabled: boolean) =>
      Object.fromEntries(synthesise(appWith(enabled)).stacksRecursively.map(({ id, template }) => [id, template]));
    const [before, after] = [templates(true), templates(false)];
    const changed = Object.entries<any>(before).flatMap(([stack, { Resources }]) =>
      Object.entries<any>(Resources).flatMap(([id, { Type, Properties = {} }]) => {
        const { Properties: now = {}, ...rest } = after[stack].Resources[id];
        expect({ ...rest, Properties: 0 }).toEqual({ ...Resources[id], Properties: 0 });
        return [...new Set([...Object.keys(Properties), ...Object.keys(now)])]
          .filter((name) => JSON.stringify(Properties[name]) !== JSON.stringify(now[name]))
          .map((name) => `${Type} ${name}`);
      }),
    );
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect([...new Set(changed)].sort()).toEqual([
      'AWS::CloudWatch::Alarm AlarmDescription',
      'AWS::CloudWatch::Alarm TreatMissingData',
      'AWS::CloudWatch::Dashboard DashboardBody',
      'AWS::Lambda::Function Environment',
      'AWS::S3::Bucket ReplicationConfiguration',
      'Custom::MediaBackfill Paused',
      `${RULES} Rules`,
    ]);
    expect(JSON.stringify(after)).toContain('eu-west-1 (paused)');
    const rules = (template: any) =>
      Object.values<any>(template.Resources).flatMap(({ Properties }) => Properties?.ReplicationConfiguration ?? [])[0];
    const [was, now] = [before, after].map(({ MediaStack }) => rules(MediaStack));
    expect(now.Rules.map(({ Status }: any) => Status)).toEqual(['Disabled', 'Enabled']);
    expect({ ...now, Rules: now.Rules.map((rule: any) => ({ ...rule, Status: 'Enabled' })) }).toEqual(was);
  });

  test('has a disabled rule in an imported primary', () => {
    const stack = primaryStack();
    mediaIn(stack, {
      bucket: s3.Bucket.fromBucketName(stack, 'Existing', 'media'),
      encryption: s3.BucketEncryption.S3_MANAGED,
    });
    expect(rulesIn(only(templateOf(stack), RULES)).map(({ Status }) => Status)).toEqual(['Disabled', 'Enabled']);
  });

  test('gets nothing from other replicas, but its own uploads are replicated', () => {
    const stack = primaryStack();
    mediaIn(stack, { writeToReplicas: true });
    const status = Object.values(templateOf(stack).findResources(RULES)).flatMap((resource) =>
      rulesIn(asText(resource)).map(({ ID, Status }) => [ID.replace(/^media-[0-9a-f]{8}-/, ''), Status]),
    );
    expect(status).toEqual([
      ['eu-west-1-to-us-east-1', 'Enabled'],
      ['eu-west-1-to-sa-east-1', 'Enabled'],
      ['sa-east-1-to-us-east-1', 'Enabled'],
      ['sa-east-1-to-eu-west-1', 'Disabled'],
    ]);
  });

  test('is recorded after the rules are disabled, and filled after all of them are enabled', () => {
    const stack = primaryStack();
    mediaIn(stack, { writeToReplicas: true });
    const template = templateOf(stack);
    const { Properties, DependsOn } = only(template, 'Custom::MediaBackfill');
    expect(Properties.Paused).toEqual([Properties.Replicas[0]]);
    expect(DependsOn).toEqual(
      expect.arrayContaining([
        ...Object.keys(template.findResources(RULES)),
        ...Object.keys(
          template.findResources('AWS::S3::Bucket', {
            Properties: { VersioningConfiguration: { Status: 'Enabled' } },
          }),
        ),
      ]),
    );
  });

  test('has alarms that say so and end', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { writeToReplicas: true });
    new ReplicationCanary(stack, 'Canary', { media }).addAlarms();
    const paused = synthesise(stack.node.root as App).stacksRecursively.flatMap(({ template }) =>
      Object.entries<any>(template.Resources).flatMap(([id, { Type, Properties }]) =>
        Type === 'AWS::CloudWatch::Alarm' && Properties.AlarmDescription.startsWith('Paused') ? [[id, Properties]] : [],
      ),
    );
    expect(paused.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'CanaryFailuresAlarmeuwest1',
      'CanaryReplicationTimeAlarmeuwest1',
      'MediaReplicationFailedAlarmeuwest1',
      'ReplicationFailedAlarmeuwest1',
      'ReplicationLatencyAlarm',
    ]);
    for (const [, { AlarmDescription, TreatMissingData }] of paused) {
      expect(AlarmDescription).toMatch(
        /^Paused, because the replica in eu-west-1 has `enabled: false`\. .*operations\.md#/,
      );
      expect(TreatMissingData).toBe('notBreaching');
    }
  });

  test('is known to the router and to the canary, which skips it', () => {
    const stack = primaryStack();
    const media = mediaIn(stack);
    new MediaRouter(stack, 'Router', { media });
    new ReplicationCanary(stack, 'Canary', { media });
    const functions = Object.values(templateOf(stack).findResources('AWS::Lambda::Function')).map(asText);
    const settings = (variable: string) =>
      functions
        .flatMap(({ Properties }) => Properties.Environment?.Variables?.[variable] ?? [])
        .map((text) => JSON.parse(text))[0];
    expect(settings('MEDIA_ROUTER_SETTINGS').paused).toEqual(['eu-west-1']);
    expect(settings('REPLICATION_CANARY_SETTINGS').replicas.map(([region]: any) => region)).toEqual(['sa-east-1']);
  });

  test('is in the outputs, and can be imported', () => {
    const stack = primaryStack();
    const media = mediaIn(stack);
    expect(media.replicas.map(({ enabled }) => enabled)).toEqual([false, true]);
    const [{ Value }] = Object.values<any>(templateOf(stack).findOutputs('*')).filter(({ Description }) =>
      /JSON/.test(Description),
    );
    expect(JSON.parse(asText(Value)).replicas.map(({ enabled }: any) => enabled)).toEqual([false, undefined]);

    const other = primaryStack();
    const imported = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(other, 'Media', {
      primary: { bucketName: 'media', region: 'us-east-1' },
      replicas: [
        { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'eu', enabled: false },
        { bucketName: 'media-sa', region: 'sa-east-1', ruleId: 'sa' },
      ],
    });
    expect(imported.replicas.map(({ enabled }) => enabled)).toEqual([false, true]);
  });

  test.each<[string, Partial<ReplicatedMediaBucketProps>]>([
    ['with replicateExisting: false', { replicateExisting: false }],
    ['with repair only', { replicateExisting: false, repair: {} }],
  ])('fails %s, since nothing would replicate what was uploaded during the pause', (_, props) => {
    expect(() => mediaIn(primaryStack(), props)).toThrow(
      '[MediaStack/Media] replicas[0].enabled: got false, expected true without `replicateExisting`, which replicates ' +
        'what was uploaded during a pause. Remove `replicateExisting: false` from the bucket, and do not set it when ' +
        'you enable the replica again.',
    );
  });
});
