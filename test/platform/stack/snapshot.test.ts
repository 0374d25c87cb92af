import { Annotations } from 'aws-cdk-lib';
import { HttpAuthorizer, LinkAccess, MediaReplicationStack, ProxyMode } from '../../../src';
import { newApp, OF_CDK, synthesise, validateTemplates } from '../../support/synth';

validateTemplates();

/** Everything, in three regions. test/examples.test.ts has the templates of typical apps. */
describe('MediaReplicationStack with everything', () => {
  const app = newApp();
  const stack = new MediaReplicationStack(app, 'Everything', {
    env: { account: '111111111111', region: 'us-east-1' },
    media: {
      replicas: [
        {
          region: 'eu-central-1',
          proxy: {
            domainName: 'media.eu.example.com',
            primary: { domainName: 'media-primary.eu.example.com' },
            isolation: {},
          },
        },
        { region: 'ap-southeast-2', proxy: { mode: ProxyMode.PRIVATE_LINK } },
      ],
      serverAccessLogs: true,
    },
    router: { uploads: true, httpApi: { authorizer: HttpAuthorizer.iam() }, access: LinkAccess.all() },
    meetings: {
      rooms: [
        {
          meetingName: 'town-hall',
          mediaRegion: 'us-east-1',
          replicas: [{ mediaRegion: 'eu-central-1', count: 2 }],
        },
      ],
      httpApi: { authorizer: HttpAuthorizer.iam() },
    },
    audit: {},
    canary: {},
    monitoring: { alarmEmails: ['media-oncall@example.com'] },
  });
  const clients = 'cdk-media-replication:fallbacks-leave-the-network-ap-southeast-2';
  Annotations.of(stack.router).acknowledgeWarning(clients, 'They can reach S3 in us-east-1.');
  const { stacksRecursively: stacks } = synthesise(app);

  test('is a stack in each region, the replicas first', () => {
    expect(stacks.map(({ environment }) => environment.region).sort()).toEqual([
      'ap-southeast-2',
      'eu-central-1',
      'us-east-1',
    ]);
    expect(stacks.at(-1)!.stackName).toBe('Everything');
  });

  test('lets every construct be reached', () => {
    const { media, router, canary, meetings, monitoring } = stack;
    expect(media.replicas.map(({ proxy }) => proxy!.clusterName !== undefined)).toEqual([true, false]);
    expect([router.httpApi, meetings!.httpApi, monitoring.dashboard, monitoring.topic]).not.toContain(undefined);
    expect(Object.keys(canary!.probes)).toEqual(['eu-central-1', 'ap-southeast-2']);
    expect(meetings!.meetings).toHaveLength(1);
    expect(monitoring.alarms).toHaveLength(35);
  });

  test.each(stacks.map(({ stackName, template }) => [stackName, template]))(
    '%s has the resources that were reviewed',
    (_, { Resources }) => {
      const ours = Object.entries<any>(Resources)
        .filter(([id]) => !OF_CDK.test(id))
        .map(([id, { Type }]) => `${Type} ${id}`);
      expect(ours.sort()).toMatchSnapshot('resources: a changed id of one that holds data loses the data');
    },
  );

  test('has the dashboard and the way of the alarms that were reviewed', () => {
    for (const { stackName, template } of stacks) {
      const watching = Object.entries<any>(template.Resources).filter(([, { Type }]) =>
        /::(CloudWatch|Events|SNS)::/.test(Type),
      );
      expect(Object.fromEntries(watching)).toMatchSnapshot(stackName);
    }
  });
});
