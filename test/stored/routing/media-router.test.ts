import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  HttpAuthorizer,
  MediaEndpoint,
  MediaRouter,
  MediaRouterProps,
  ReadinessMode,
  ReadPreference,
  ReplicatedMediaBucket,
} from '../../../src';
import { REASONS } from '../../../src/stored/routing/contract';
import { asText, newApp, primaryStack, synthesise, templateOf } from '../../support/synth';

function setUp(props: Partial<MediaRouterProps> = {}, stack = primaryStack()) {
  const media =
    props.media ??
    new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
      replicateExisting: false, // what the router does is looked at alone
    });
  return { stack, media, router: new MediaRouter(stack, 'Router', { ...props, media }) };
}

/** The function that gives links, as text. */
function routerFunction(template: Template): any {
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(asText);
  return functions.find(({ Properties }: any) => Properties.Environment.Variables.MEDIA_ROUTER_SETTINGS);
}

const settingsOf = (template: Template) =>
  JSON.parse(routerFunction(template).Properties.Environment.Variables.MEDIA_ROUTER_SETTINGS);

const documentOf = (template: Template) =>
  JSON.parse(
    asText(Object.values(template.findResources('AWS::AppConfig::HostedConfigurationVersion'))[0]).Properties.Content,
  );

/** What a role may do: each statement as `actions on resources`, with what restricts it. */
function statementsOf(template: Template, role: RegExp): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map(asText)
    .filter(({ Properties }: any) => role.test(JSON.stringify(Properties.Roles)))
    .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
    .map(
      ({ Action, Resource, Condition }: any) =>
        `${[Action].flat()} on ${[Resource].flat()} ${JSON.stringify(Condition ?? {})}`,
    );
}

describe('MediaRouter', () => {
  test('is a function on Node.js 24 and arm64, with its bundle', () => {
    const { stack } = setUp();
    const { Properties } = routerFunction(templateOf(stack));
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 1024,
      Timeout: 15,
      LoggingConfig: { LogGroup: expect.stringContaining('RouterFunctionLogs') },
    });
    expect(settingsOf(templateOf(stack))).toMatchObject({
      primary: ['us-east-1', expect.any(String)],
      replicas: [
        ['eu-west-1', expect.any(String)],
        ['ap-southeast-2', expect.any(String)],
      ],
      readiness: 'delay',
      readinessTimeoutMs: 1000,
      uploads: false,
      linkSeconds: 3600,
      maxLinkSeconds: 21600,
    });
  });

  test('takes its properties', () => {
    const { stack } = setUp({
      readiness: ReadinessMode.EXACT,
      readinessTimeout: Duration.millis(300),
      linkLifetime: Duration.minutes(5),
      maxLinkLifetime: Duration.minutes(10),
      uploads: true,
      memorySize: 2048,
      runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS),
    });
    const template = templateOf(stack);
    expect(settingsOf(template)).toMatchObject({
      readiness: 'exact',
      readinessTimeoutMs: 300,
      linkSeconds: 300,
      maxLinkSeconds: 600,
      uploads: true,
    });
    expect(routerFunction(template).Properties).toMatchObject({ MemorySize: 2048, Runtime: 'nodejs22.x' });
  });

  test('gives shorter links where no longer ones are allowed', () => {
    const { stack } = setUp({ maxLinkLifetime: Duration.minutes(10) });
    expect(settingsOf(templateOf(stack)).linkSeconds).toBe(600);
  });

  describe('least privilege', () => {
    const copies = (stack: Stack) => statementsOf(templateOf(stack), /RouterFunctionRole/);

    test('reads every copy with its key, its preferences, and writes its log', () => {
      const statements = copies(setUp().stack);
      const granted = statements.map((statement) => statement.split(' on ')[0]).sort();
      expect(granted).toEqual(
        [
          'appconfig:StartConfigurationSession,appconfig:GetLatestConfiguration',
          'logs:CreateLogStream,logs:PutLogEvents',
          ...Array(3).fill('kms:Decrypt'),
          ...Array(3).fill('s3:GetBucketLocation,s3:ListBucket'),
          ...Array(3).fill('s3:GetObject,s3:GetObjectVersion'),
        ].sort(),
      );
      expect(statements.filter((statement) => / on \*/.test(statement))).toEqual([]);
      expect(statements.find((statement) => statement.startsWith('appconfig'))).toMatch(
        /:application\/\$\{.*\}\/environment\/\$\{.*\}\/configuration\/\$\{.*\} /,
      );
    });

    test('writes to the primary only where uploads are asked for', () => {
      const puts = copies(setUp({ uploads: true }).stack).filter((statement) => statement.includes('s3:PutObject'));
      expect(puts.length).toBe(1);
      expect(puts[0]).toContain('us-east-1');
    });

    test('the validator may write its log, and no more', () => {
      const statements = statementsOf(templateOf(setUp().stack), /ValidatorRole/);
      expect(statements.map((statement) => statement.split(' on ')[0])).toEqual([
        'logs:CreateLogStream,logs:PutLogEvents',
      ]);
    });

    test('grantInvoke lets the grantee call the function, and nothing else', () => {
      const { stack, router } = setUp();
      router.grantInvoke(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      const statements = statementsOf(templateOf(stack), /"\$\{Web/);
      expect(statements.length).toBe(1);
      expect(statements[0]).toMatch(/^lambda:InvokeFunction on \$\{RouterFunction/);
    });
  });

  describe('links', () => {
    test('go through the proxy of a replica that has a name', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } }],
      });
      setUp({ media }, stack);
      expect(settingsOf(templateOf(stack)).replicas[0][2]).toBe('https://media.eu.example.com');
    });

    test('go to S3 where the proxy has none, which is said', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1', proxy: {} }] });
      setUp({ media }, stack);
      Annotations.fromStack(stack).hasWarning(
        '/MediaStack/Router',
        Match.stringLikeRegexp('do not go through its proxy'),
      );
      expect(settingsOf(Template.fromStack(stack)).replicas[0].length).toBe(2);
    });

    test('go where the endpoints say, of the primary too', () => {
      const { stack } = setUp({
        endpoints: {
          'us-east-1': MediaEndpoint.privateLink('vpce-1-a.s3.us-east-1.vpce.amazonaws.com'),
          'eu-west-1': MediaEndpoint.proxy('https://proxy.example.com'),
        },
      });
      const { primary, replicas } = settingsOf(templateOf(stack));
      expect(primary.slice(2)).toEqual([`https://${primary[1]}.bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com`, 1]);
      expect(replicas[0].slice(2)).toEqual(['https://proxy.example.com', 0]);
      expect(replicas[1].length).toBe(2);
    });

    test('can be to media of another app', () => {
      const stack = primaryStack();
      const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Theirs', {
        primary: { bucketName: 'theirs-us', region: 'us-west-2' },
        replicas: [{ bucketName: 'theirs-eu', region: 'eu-west-1', ruleId: 'rule' }],
      });
      setUp({ media }, stack);
      const { primary, replicas } = settingsOf(templateOf(stack));
      expect([primary, ...replicas]).toEqual([
        ['us-west-2', 'theirs-us'],
        ['eu-west-1', 'theirs-eu'],
      ]);
    });

    test('to twenty replicas behind proxies fit into the environment of a function', () => {
      const regions = [
        'af-south-1',
        'ap-east-1',
        'ap-northeast-1',
        'ap-northeast-2',
        'ap-northeast-3',
        'ap-south-1',
        'ap-southeast-1',
      ];
      const more = [
        'ap-southeast-2',
        'ap-southeast-3',
        'ca-central-1',
        'eu-central-1',
        'eu-north-1',
        'eu-south-1',
        'eu-west-1',
      ];
      const rest = ['eu-west-2', 'eu-west-3', 'me-south-1', 'sa-east-1', 'us-west-1', 'us-west-2'];
      const all = [...regions, ...more, ...rest];
      const endpoints = Object.fromEntries(
        all.map((region) => [region, MediaEndpoint.proxy(`https://media.${region}.studio.example.com`)]),
      );
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: all.map((region) => ({ region })),
        replicateExisting: false,
      });
      setUp({ media, endpoints }, stack);
      const { Variables } = routerFunction(templateOf(stack)).Properties.Environment;
      const filledIn = JSON.stringify(Variables)
        .replace(/\$\{AWS::AccountId\}/g, '111111111111')
        .replace(/\$\{.*?\}/g, 'abc1234');
      expect(all.length).toBe(20);
      expect(filledIn.length).toBeLessThan(4096);
    });
  });

  describe('preferences', () => {
    test('are a document in the store, which the validator checks first', () => {
      const { stack } = setUp({
        defaultPreference: ReadPreference.AUTO,
        replicationDelay: Duration.minutes(1),
        ipRanges: [
          { cidr: '10.20.0.0/16', region: 'eu-west-1' },
          { cidr: '2001:db8::/32', region: 'us-east-1' },
        ],
        drainedRegions: ['ap-southeast-2'],
        regionWeights: { 'eu-west-1': 20 },
      });
      const template = templateOf(stack);
      expect(documentOf(template)).toEqual({
        defaultPreference: 'auto',
        replicationDelaySeconds: 60,
        ipRanges: { 'eu-west-1': ['10.20.0.0/16'], 'us-east-1': ['2001:db8::/32'] },
        drainedRegions: ['ap-southeast-2'],
        regionWeights: { 'eu-west-1': 20 },
      });
      template.hasResourceProperties('AWS::AppConfig::ConfigurationProfile', {
        LocationUri: 'hosted',
        Validators: [{ Type: 'LAMBDA', Content: { 'Fn::GetAtt': [Match.stringLikeRegexp('Validator'), 'Arn'] } }],
      });
      template.hasResourceProperties('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        Principal: 'appconfig.amazonaws.com',
      });
      template.hasResource('AWS::AppConfig::Deployment', {
        DependsOn: Match.arrayWith([Match.stringLikeRegexp('ValidatorAppConfig')]),
      });
    });

    test('are the same in whatever order a language passes the weights', () => {
      const weights = { 'eu-west-1': 20, 'ap-southeast-2': 50 };
      const [one, other] = [weights, Object.fromEntries(Object.entries(weights).reverse())].map((regionWeights) => {
        const { stack } = setUp({ regionWeights });
        return templateOf(stack).toJSON();
      });
      expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    });

    test('hold beside the handler until the store answers, as far as they are known at synthesis', () => {
      const stack = primaryStack();
      const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
      setUp(
        {
          ipRanges: [
            { cidr: '10.20.0.0/16', region: 'eu-west-1' },
            { cidr: vpc.vpcCidrBlock, region: 'us-east-1' },
          ],
        },
        stack,
      );
      const assembly = synthesise(stack.node.root as App);
      const template = Template.fromJSON(assembly.stacks.find(({ id }) => id === stack.artifactId)!.template);
      const folder = join(assembly.directory, assetOf(assembly.directory));
      expect(existsSync(join(folder, 'index.js'))).toBe(true);
      expect(JSON.parse(readFileSync(join(folder, 'preferences.json'), 'utf8')).ipRanges).toEqual({
        'eu-west-1': ['10.20.0.0/16'],
        'us-east-1': [],
      });
      expect(documentOf(template).ipRanges['us-east-1']).toEqual(['${Vpc8378EB38.CidrBlock}']);
    });

    test('correct a range with host bits, and say so', () => {
      const { stack } = setUp({ ipRanges: [{ cidr: '10.20.1.5/16', region: 'eu-west-1' }] });
      expect(documentOf(templateOf(stack)).ipRanges).toEqual({ 'eu-west-1': ['10.20.0.0/16'] });
      Annotations.fromStack(stack).hasInfo(
        '/MediaStack/Router',
        Match.stringLikeRegexp('10.20.1.5/16 .* 10.20.0.0/16 is used'),
      );
    });

    test('may be 10,000 ranges', () => {
      const ipRanges = Array.from({ length: 10_000 }, (_, index) => ({
        cidr: `10.${Math.floor(index / 256)}.${index % 256}.0/24`,
        region: 'eu-west-1',
      }));
      const { stack } = setUp({ ipRanges });
      const template = templateOf(stack);
      expect(documentOf(template).ipRanges['eu-west-1'].length).toBe(10_000);
      expect(JSON.stringify(template.toJSON()).length).toBeLessThan(600_000); // CloudFormation takes 1 MB
    });
  });

  describe('the HTTP API', () => {
    test('lets callers in who sign by IAM', () => {
      const { stack, router } = setUp({ httpApi: { authorizer: HttpAuthorizer.iam() } });
      router.httpApi!.grantInvoke(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      const template = templateOf(stack);
      for (const RouteKey of ['POST /links', 'GET /media']) {
        template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey, AuthorizationType: 'AWS_IAM' });
      }
      const [statement] = statementsOf(template, /"\$\{Web/);
      expect(statement).toMatch(/^execute-api:Invoke on .*\/\*\/POST\/links,.*\/\*\/GET\/media /);
    });

    test('lets callers in who have a token', () => {
      const authorizer = HttpAuthorizer.jwt({
        issuer: 'https://login.example.com',
        audience: ['studio'],
        identitySource: '$request.querystring.token',
      });
      const { stack, router } = setUp({ httpApi: { authorizer, allowOrigins: ['https://www.example.com'] } });
      const template = templateOf(stack);
      template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.querystring.token'],
        JwtConfiguration: { Issuer: 'https://login.example.com', Audience: ['studio'] },
      });
      template.resourcePropertiesCountIs('AWS::ApiGatewayV2::Route', { AuthorizationType: 'JWT' }, 2);
      template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
        CorsConfiguration: { AllowOrigins: ['https://www.example.com'] },
      });
      const role = new iam.Role(primaryStack(), 'R', { assumedBy: new iam.AccountRootPrincipal() });
      expect(() => router.httpApi!.grantInvoke(role)).toThrow(/authorized by tokens, expected HttpAuthorizer.iam\(\)/);
    });

    test('may call the function by its own routes only, and logs no query', () => {
      const { stack } = setUp({ httpApi: { authorizer: HttpAuthorizer.iam() } });
      const template = templateOf(stack);
      const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).map(asText);
      const sources = permissions.map(({ Properties }: any) => Properties.SourceArn).filter(Boolean);
      expect(sources).toEqual([
        expect.stringMatching(/\/\*\/POST\/links$/),
        expect.stringMatching(/\/\*\/GET\/media$/),
      ]);
      const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
      expect(stage.Properties.AccessLogSettings.Format).not.toMatch(/query|path|uri|authorizer\.claims/i);
      expect(stage.Properties.DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 1000, ThrottlingRateLimit: 500 });
    });
  });

  test('has metrics by region and reason', () => {
    const { stack, router } = setUp();
    const metric = router.metricLinksByReason('eu-west-1', 'replica-slow', { period: Duration.minutes(1) });
    expect(metric).toMatchObject({ namespace: 'MediaReplication/Router', metricName: 'Links', statistic: 'Sum' });
    const { POWERTOOLS_SERVICE_NAME } = routerFunction(templateOf(stack)).Properties.Environment.Variables;
    expect(metric.dimensions).toEqual({
      service: POWERTOOLS_SERVICE_NAME,
      Region: 'eu-west-1',
      Reason: 'replica-slow',
    });
    expect(() => router.metricLinksByReason('eu-west-3', 'too-new')).toThrow(
      /copyRegion: got "eu-west-3", expected one of us-east-1/,
    );
    expect(() => router.metricLinksByReason('eu-west-1', 'to-new')).toThrow(
      /reason: got "to-new", expected one of delay-over/,
    );
  });

  test('has a metric for every region and reason that a link can have', () => {
    const { router } = setUp();
    const metrics = router.metricsLinksByReason({ period: Duration.minutes(1) });
    const pairs = metrics.map(({ dimensions, label }) => [dimensions!.Region, dimensions!.Reason, label]);
    const ofReplicas = ['eu-west-1', 'ap-southeast-2'].flatMap((region) => [
      [region, 'delay-over', `${region} delay-over`],
      [region, 'in-replica', `${region} in-replica`],
    ]);
    expect(pairs).toEqual(expect.arrayContaining([...ofReplicas, ['us-east-1', 'too-new', 'us-east-1 too-new']]));
    expect(new Set(pairs.map(([, reason]) => reason))).toEqual(new Set(REASONS));
    expect(metrics).toHaveLength(ofReplicas.length + REASONS.length - 2);
    expect(metrics[0].period.toSeconds()).toBe(60);
  });

  test('has alarms, whose actions can be added later', () => {
    const stack = primaryStack();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1' },
      replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule' }],
    });
    const { router } = setUp({ media }, stack);
    const topic = new sns.Topic(stack, 'Topic');
    const alarms = router.addAlarms({ fallbackPercent: 10 });
    expect(router.addAlarms({ actions: [new actions.SnsAction(topic)] })).toEqual(alarms);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.anyValue() }],
      TreatMissingData: 'notBreaching',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 10,
      Metrics: Match.arrayWith([Match.objectLike({ Expression: '100 * fallbacks / links' })]),
    });
    expect(alarms.every((alarm) => alarm instanceof cloudwatch.Alarm)).toBe(true);
  });

  test.each<[what: string, props: Partial<MediaRouterProps>, message: RegExp]>([
    [
      'a range is none',
      { ipRanges: [{ cidr: '10.0.0.0', region: 'eu-west-1' }] },
      /ipRanges\[0\].cidr: got "10.0.0.0", expected a range in CIDR/,
    ],
    [
      'a range is of a region without a copy',
      { ipRanges: [{ cidr: '10.0.0.0/8', region: 'eu-west-3' }] },
      /ipRanges\[0\].region: got "eu-west-3"/,
    ],
    [
      'two regions have the same range',
      {
        ipRanges: [
          { cidr: '10.0.0.0/8', region: 'eu-west-1' },
          { cidr: '10.1.2.3/8', region: 'us-east-1' },
        ],
      },
      /ipRanges\[1\].cidr: got "10.1.2.3\/8 for us-east-1", .* 10.0.0.0\/8 is that of eu-west-1 too/,
    ],
    [
      'the primary is drained',
      { drainedRegions: ['us-east-1'] },
      /drainedRegions\[0\]: got "us-east-1", expected a region/,
    ],
    [
      'a weight is none',
      { regionWeights: { 'eu-west-1': 120 } },
      /regionWeights.eu-west-1: got 120, expected a percentage/,
    ],
    ['a weight is of no replica', { regionWeights: { 'eu-west-3': 1 } }, /regionWeights.eu-west-3: got "eu-west-3"/],
    [
      'an endpoint is of no copy',
      { endpoints: { 'eu-west-3': MediaEndpoint.proxy('https://x') } },
      /endpoints.eu-west-3/,
    ],
    ['links live too long', { maxLinkLifetime: Duration.days(8) }, /maxLinkLifetime: .* from 1 to 604800/],
    ['links live longer than is allowed', { linkLifetime: Duration.hours(7) }, /linkLifetime: .* from 1 to 21600/],
    ['links live for less than a second', { linkLifetime: Duration.millis(5) }, /linkLifetime/],
  ])('fails when %s', (_, props, message) => {
    expect(() => setUp(props)).toThrow(message);
    expect(() => setUp(props)).toThrow(/^\[MediaStack\/Router\] /);
  });

  test('two in one stack do not collide', () => {
    const { stack, media } = setUp();
    new MediaRouter(stack, 'Other', { media });
    const names = Object.values(templateOf(stack).findResources('AWS::AppConfig::Application')).map(
      ({ Properties }) => Properties.Name,
    );
    expect(new Set(names).size).toBe(2);
  });

  test('works under a stage', () => {
    const app = newApp();
    const stack = new Stack(new Stage(app, 'Prod', { env: { region: 'us-east-1' } }), 'Media');
    setUp({}, stack);
    expect(templateOf(stack).findResources('AWS::Lambda::Function')).toBeDefined();
  });

  test.each(['cn-north-1', 'us-gov-west-1'])('works in %s', (region) => {
    const stack = primaryStack(newApp(), { region });
    const replica = region === 'cn-north-1' ? 'cn-northwest-1' : 'us-gov-east-1';
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: replica }] });
    setUp({ media, httpApi: { authorizer: HttpAuthorizer.iam() } }, stack);
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
  });

  test('a permissions boundary and tags reach every role', () => {
    const { stack } = setUp();
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(stack).add('team', 'media');
    const roles = Object.values(templateOf(stack).findResources('AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThanOrEqual(3);
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('boundary');
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  test('every reason is explained', () => {
    const page = readFileSync(join(__dirname, '../../../docs/stored/routing-api.md'), 'utf8');
    const explained = [...page.matchAll(/^\| `([a-z-]+)` \| the (?:primary|replica) \| /gm)].map(
      ([, reason]) => reason,
    );
    expect(explained).toEqual([...REASONS]);
  });
});

/** The asset that has the preferences. */
function assetOf(directory: string): string {
  const folders = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  return folders.find((name) => existsSync(join(directory, name, 'preferences.json')))!;
}
