import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  HttpAuthorizer,
  LinkAccess,
  MediaMonitoring,
  MediaReplicationStack,
  MediaRouter,
  MediaRouterOptions,
  ReplicatedMediaBucket,
  ReplicatedMediaBucketProps,
} from '../../../src';
import { asText, primaryStack } from '../../support/synth';

const REPLICAS = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];

function setUp(options: MediaRouterOptions = {}, media: Partial<ReplicatedMediaBucketProps> = {}) {
  const stack = primaryStack();
  const bucket = new ReplicatedMediaBucket(stack, 'Media', { replicas: REPLICAS, writeToReplicas: true, ...media });
  const router = new MediaRouter(stack, 'Router', { media: bucket, standby: { region: 'eu-west-1' }, ...options });
  return { stack, media: bucket, router };
}

function settingsIn(stack: Stack): any {
  const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(asText);
  const [variables] = functions.flatMap(({ Properties }: any) => Properties.Environment?.Variables ?? []);
  const of = functions.map(({ Properties }: any) => Properties.Environment?.Variables?.MEDIA_ROUTER_SETTINGS);
  return JSON.parse(of.find((each: any) => each) ?? variables);
}

/** The statements about the records, as `actions on resources`. */
function recordStatements(stack: Stack): string[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .map(asText)
    .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }: any) => `${[Action].flat()} on ${[Resource].flat()}`)
    .filter((text) => /router-\w{8}-/.test(text) && text.includes('s3:::'));
}

describe('the standby of a MediaRouter', () => {
  test('is a router in a stack of its own, with the same settings', () => {
    const { stack, router } = setUp({ uploads: true, linkLifetime: Duration.minutes(5) });
    const standby = Stack.of(router.standby!);
    expect([standby.region, standby.stackName]).toEqual(['eu-west-1', `${router.routerName}-standby-eu-west-1`]);
    const [own, other] = [settingsIn(stack), settingsIn(standby)];
    expect(own.failover).toEqual(other.failover);
    expect(own.failover[0]).toBe('eu-west-1');
    // Names instead of references, because these resources are in other stacks.
    const same = ({ store: _, states: __, primary: [region], ...rest }: any) => ({ region, ...rest });
    expect(same(other)).toEqual(same(own));
    expect(other.primary[1]).toMatch(/^media-.*-us-east-1-an$/);
    Template.fromStack(standby).resourceCountIs('AWS::AppConfig::ConfigurationProfile', 1);
    expect(router.standby!.metricLinks()).toMatchObject({ region: 'eu-west-1' });
    for (const each of [router, router.standby!]) {
      const labels = each.metricsLinksByReason().map(({ label }) => label);
      expect(labels.filter((label) => label!.includes('failover'))).toEqual(['eu-west-1 failover']);
    }
  });

  test('does not refer to other stacks', () => {
    const { router } = setUp({ uploads: true, userPreferences: {} });
    expect(JSON.stringify(Template.fromStack(Stack.of(router.standby!)).toJSON())).not.toMatch(
      /ImportValue|Parameters":{"Sso/,
    );
  });

  test('has a versioned bucket for records, which is retained', () => {
    const { router } = setUp();
    Template.fromStack(Stack.of(router.standby!)).hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      },
    });
  });

  test('lets both routers read the record of an active failover, and nothing else in its bucket', () => {
    const { stack, router } = setUp();
    for (const each of [stack, Stack.of(router.standby!)]) {
      expect(recordStatements(each)).toEqual([
        expect.stringMatching(/^s3:GetObject on arn:.*:s3:::router-\w{8}-.*eu-west-1-an\/failover\.json$/),
        expect.stringMatching(/^s3:ListBucket on arn:.*:s3:::router-\w{8}-.*eu-west-1-an$/),
      ]);
    }
  });

  test('has the same access and its own HTTP API and link role', () => {
    const authorizer = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });
    const access = LinkAccess.byClaim('tenant', 'tenants/{claim}/', { uploadScopes: ['media/upload'] });
    const { stack, router } = setUp({ uploads: true, httpApi: { authorizer }, access });
    const standby = Stack.of(router.standby!);
    const { roleArn: _, ...settings } = settingsIn(standby).access;
    expect(settingsIn(stack).access).toMatchObject(settings);
    expect(router.standby!.httpApi!.url).toContain('eu-west-1');
    expect(router.standby!.linkRole).toBeDefined();
    Template.fromStack(standby).resourceCountIs('AWS::ApiGatewayV2::Route', 2);
  });

  test('can be invoked by the grantees of the router', () => {
    const { stack, router } = setUp();
    const role = new iam.Role(stack, 'Web', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    router.grantInvoke(role);
    const text = JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).map(asText));
    expect(text).toMatch(new RegExp(`lambda:eu-west-1:[^"]*:function:${router.routerName}-standby`));
  });

  test('stores preferences of users only in a table of its own region', () => {
    const without = setUp({ userPreferences: {} });
    expect(settingsIn(Stack.of(without.router.standby!)).userTable).toBeUndefined();
    const standby = { region: 'eu-west-1', userPreferencesTableName: 'preferences' };
    const { router } = setUp({ userPreferences: {}, standby });
    expect(settingsIn(Stack.of(router.standby!)).userTable).toBe('preferences');
    const policies = JSON.stringify(Template.fromStack(Stack.of(router.standby!)).findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':dynamodb:eu-west-1:');
  });

  test('has alarms in its region, which reach the topic', () => {
    const { stack, media, router } = setUp();
    const { alarms } = new MediaMonitoring(stack, 'Monitoring', { media, router });
    const own = alarms.filter((alarm) => Stack.of(alarm) === Stack.of(router.standby!));
    expect(own).toHaveLength(4);
    Template.fromStack(Stack.of(router.standby!)).hasResourceProperties('AWS::Events::Rule', {});
  });

  test.each<[string, Partial<ReplicatedMediaBucketProps>, string]>([
    ['writeToReplicas', { writeToReplicas: false }, 'media without `writeToReplicas`'],
    ['all objects', { replicas: [{ region: 'eu-west-1', prefix: 'films/' }] }, 'a `prefix`'],
    [
      'readable objects',
      { replicas: [{ region: 'eu-west-1', storageClass: s3.StorageClass.DEEP_ARCHIVE }] },
      'archive',
    ],
    ['deletions', { replicas: [{ region: 'eu-west-1', deleteMarkerReplication: false }] }, 'deleteMarkerReplication'],
    [
      'objects that stay',
      { replicas: [{ region: 'eu-west-1', lifecycleRules: [{ expiration: Duration.days(9) }] }] },
      'a lifecycle rule that deletes',
    ],
    [
      'a replica in its region',
      { replicas: [{ region: 'ap-southeast-2' }] },
      'the region of a replica (ap-southeast-2)',
    ],
  ])('fails without %s', (_, media, message) => {
    expect(() => setUp({}, media)).toThrow(message);
  });

  test('of a platform is validated with the paths of its props, and has outputs', () => {
    const create = (writeToReplicas: boolean) =>
      new MediaReplicationStack(new App(), 'Studio', {
        env: { region: 'us-east-1' },
        media: { replicas: REPLICAS, writeToReplicas },
        router: { standby: { region: 'eu-west-1' } },
      });
    expect(() => create(false)).toThrow('[Studio] router.standby: got "media without `writeToReplicas`"');
    const { router } = create(true);
    const { Outputs } = Template.fromStack(Stack.of(router.standby!)).toJSON();
    expect(Object.keys(Outputs).sort()).toEqual([
      'FailoverRecordsBucketName',
      'RouterFunctionName',
      'RouterPreferences',
    ]);
  });
});
