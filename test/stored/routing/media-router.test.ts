import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack, Stage, Tags, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  HttpAuthorizer,
  LinkAccess,
  MediaEndpoint,
  MediaRouter,
  MediaRouterOptions,
  MediaRouterProps,
  ProxyMode,
  ReadinessMode,
  ReadPreference,
  ReplicatedMediaBucket,
  S3MediaProxyOptions,
} from '../../../src';
import { Problems } from '../../../src/private/problems';
import * as contract from '../../../src/stored/routing/contract';
import { Markdown } from '../../support/markdown';
import { asText, newApp, primaryStack, synthesise, templateOf } from '../../support/synth';

const DOCS = join(__dirname, '../../../docs');
const ROUTING_API = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).find((path) =>
  path.endsWith('stored/routing-api.md'),
)!;

function setUp(props: Partial<MediaRouterProps> = {}, stack = primaryStack()) {
  const media =
    props.media ??
    new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
      replicateExisting: false, // leaves out resources that the router does not use
    });
  return { stack, media, router: new MediaRouter(stack, 'Router', { ...props, media }) };
}

/** The router's function, with intrinsic functions as text. */
function routerFunction(template: Template): any {
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).map(asText);
  return functions.find(({ Properties }: any) => Properties.Environment?.Variables.MEDIA_ROUTER_SETTINGS);
}

const settingsOf = (template: Template) =>
  JSON.parse(routerFunction(template).Properties.Environment.Variables.MEDIA_ROUTER_SETTINGS);

const documentOf = (template: Template) =>
  JSON.parse(
    asText(Object.values(template.findResources('AWS::AppConfig::HostedConfigurationVersion'))[0]).Properties.Content,
  );

/** The statements of a role's policies, each as `actions on resources conditions`. */
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
  test('creates a function on Node.js 24 and arm64 with the defaults', () => {
    const { stack } = setUp();
    const { Properties } = routerFunction(templateOf(stack));
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: contract.DEFAULT_MEMORY_MIB,
      Timeout: 15,
      LoggingConfig: { LogGroup: expect.stringContaining('RouterFunctionLogs') },
    });
    expect(settingsOf(templateOf(stack))).toMatchObject({
      primary: ['us-east-1', expect.any(String)],
      replicas: [
        ['eu-west-1', expect.any(String)],
        ['ap-southeast-2', expect.any(String)],
      ],
      readiness: contract.DEFAULT_READINESS,
      readinessTimeoutMs: contract.DEFAULT_READINESS_TIMEOUT_MS,
      uploads: false,
      linkSeconds: contract.DEFAULT_LINK_SECONDS,
      maxLinkSeconds: contract.DEFAULT_MAX_LINK_SECONDS,
    });
    expect(documentOf(templateOf(stack))).toEqual({
      defaultPreference: contract.DEFAULT_PREFERENCE,
      replicationDelaySeconds: contract.DEFAULT_DELAY_SECONDS,
      ipRanges: {},
      drainedRegions: [],
      regionWeights: {},
    });
  });

  test('passes its properties to the function', () => {
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

  test('limits the default lifetime of links to maxLinkLifetime', () => {
    const { stack } = setUp({ maxLinkLifetime: Duration.minutes(10) });
    expect(settingsOf(templateOf(stack)).linkSeconds).toBe(600);
  });

  describe('least privilege', () => {
    const copies = (stack: Stack) => statementsOf(templateOf(stack), /RouterFunctionRole/);

    test('the function can read every copy with its key, read its preferences, and write its log', () => {
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

    test('the function can write to the primary only if uploads are enabled', () => {
      const puts = copies(setUp({ uploads: true }).stack).filter((statement) => statement.includes('s3:PutObject'));
      expect(puts.length).toBe(1);
      expect(puts[0]).toContain('us-east-1');
    });

    test('the validator can only write its log', () => {
      const statements = statementsOf(templateOf(setUp().stack), /ValidatorRole/);
      expect(statements.map((statement) => statement.split(' on ')[0])).toEqual([
        'logs:CreateLogStream,logs:PutLogEvents',
      ]);
    });

    test('grantInvoke only grants permission to invoke the function', () => {
      const { stack, router } = setUp();
      router.grantInvoke(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      const statements = statementsOf(templateOf(stack), /"\$\{Web/);
      expect(statements.length).toBe(1);
      expect(statements[0]).toMatch(/^lambda:InvokeFunction on \$\{RouterFunction/);
    });
  });

  describe('links', () => {
    test('use the proxy of a replica if it has a domain name', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [
          {
            region: 'eu-west-1',
            proxy: {
              domainName: 'media.eu.example.com',
              primary: { domainName: 'media-primary.eu.example.com' },
              clientCidrs: ['10.20.0.0/16'],
              isolation: {},
            },
          },
        ],
        replicateExisting: false,
      });
      setUp({ media }, stack);
      expect(settingsOf(templateOf(stack)).replicas[0][2]).toBe('https://media.eu.example.com');
      expect(proxiesOf(stack)).toEqual({
        'eu-west-1': { clients: ['10.20.0.0/16'], isolated: 1, primary: 'https://media-primary.eu.example.com' },
      });
    });

    test.each<[string, Partial<MediaRouterProps>, S3MediaProxyOptions, boolean]>([
      ['a proxy that does not serve it', {}, { domainName: 'media.eu.example.com' }, true],
      ['PRIVATE_LINK', {}, { mode: ProxyMode.PRIVATE_LINK }, true],
      ['a proxy that serves it', {}, { domainName: 'm.example.com', primary: { domainName: 'p.example.com' } }, false],
      [
        'an endpoint of its own',
        { endpoints: { 'eu-west-1': MediaEndpoint.proxy('https://media.eu.example.com') } },
        { domainName: 'media.eu.example.com' },
        false,
      ],
    ])('that fall back to the primary, behind %s', (_what, props, proxy, isWarned) => {
      const stack = primaryStack();
      const replicas = [{ region: 'eu-west-1', proxy }];
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas, replicateExisting: false });
      setUp({ media, ...props }, stack);
      const warnings = Annotations.fromStack(stack).findWarning(
        '/MediaStack/Router',
        Match.stringLikeRegexp('Links for viewers behind the proxy in eu-west-1 leave their network'),
      );
      expect(warnings).toHaveLength(isWarned ? 1 : 0);
    });

    test('take a range that is known only at deployment for private', () => {
      const stack = primaryStack();
      const clientCidrs = ['203.0.113.0/24', Token.asString({ resolve: () => '10.0.0.0/16' })];
      const proxy = { domainName: 'm.example.com', primary: { domainName: 'p.example.com' }, clientCidrs };
      const replicas = [{ region: 'eu-west-1', proxy }];
      setUp({ media: new ReplicatedMediaBucket(stack, 'Media', { replicas, replicateExisting: false }) }, stack);
      expect(proxiesOf(stack)['eu-west-1'].clients).toEqual([
        '203.0.113.0/24',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
      ]);
    });

    test('know the isolation and the clients of imported proxies', () => {
      const stack = primaryStack();
      const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Theirs', {
        primary: { bucketName: 'theirs-us', region: 'us-west-2', encryption: s3.BucketEncryption.S3_MANAGED },
        replicas: [
          {
            ...{ bucketName: 'theirs-eu', region: 'eu-west-1', ruleId: 'rule' },
            encryption: s3.BucketEncryption.S3_MANAGED,
            proxyUrl: 'https://media.eu.example.com',
            proxyPrimaryUrl: 'https://media-primary.eu.example.com',
            proxyIsolation: true,
          },
        ],
      });
      setUp({ media }, stack);
      expect(proxiesOf(stack)).toEqual({
        'eu-west-1': { isolated: 1, primary: 'https://media-primary.eu.example.com' },
      });
    });

    test('use S3 with a warning if the proxy has no domain name', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1', proxy: {} }],
        replicateExisting: false,
      });
      setUp({ media }, stack);
      Annotations.fromStack(stack).hasWarning(
        '/MediaStack/Router',
        Match.stringLikeRegexp('Links to eu-west-1 do not use its proxy'),
      );
      expect(settingsOf(Template.fromStack(stack)).replicas[0].length).toBe(2);
    });

    test.each(['10.20.0.0/16', '100.64.1.0/24', 'fd00::/16'])(
      'cannot be found by the private range %s over the HTTP API, which is a warning',
      (cidr) => {
        const httpApi = { authorizer: HttpAuthorizer.iam() };
        const access = LinkAccess.all();
        const warned = (options: Partial<MediaRouterProps>) =>
          Annotations.fromStack(setUp(options).stack).findWarning('*', Match.stringLikeRegexp('is private')).length;
        const ipRanges = [{ cidr, region: 'eu-west-1' }];
        expect(warned({ ipRanges, httpApi, access })).toBe(1);
        expect(warned({ ipRanges })).toBe(0);
        expect(warned({ ipRanges: [{ cidr: '203.0.113.0/24', region: 'eu-west-1' }], httpApi, access })).toBe(0);
      },
    );

    test("use the specified endpoints, including the primary's", () => {
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

    test('can point to media of another app', () => {
      const stack = primaryStack();
      const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Theirs', {
        primary: { bucketName: 'theirs-us', region: 'us-west-2', encryption: s3.BucketEncryption.S3_MANAGED },
        replicas: [
          { bucketName: 'theirs-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
        ],
      });
      setUp({ media }, stack);
      const { primary, replicas } = settingsOf(templateOf(stack));
      expect([primary, ...replicas]).toEqual([
        ['us-west-2', 'theirs-us'],
        ['eu-west-1', 'theirs-eu'],
      ]);
    });

    test('to 20 replicas behind proxies do not exceed the limit of environment variables', () => {
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

  describe('what replicas hold', () => {
    const TABLE = { replicationTableName: 'media-1a2b3c4d' };
    const copy = (bucketName: string, region: string) => ({
      ...{ bucketName, region, encryption: s3.BucketEncryption.S3_MANAGED },
    });
    const imported = (stack: Stack, more: object = {}) =>
      ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Theirs', {
        primary: copy('theirs-us', 'us-west-2'),
        replicas: [{ ...copy('theirs-eu', 'eu-west-1'), ruleId: 'rule', ...more }],
        ...TABLE,
      });

    test('is read from the table of the media, the rows about its replicas only', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
      setUp({ media }, stack);
      const template = templateOf(stack);
      const reads = statementsOf(template, /RouterFunctionRole/).filter((each) => each.startsWith('dynamodb'));
      const [[table]] = Object.entries(template.findResources('AWS::DynamoDB::Table'));
      expect(reads).toEqual([
        `dynamodb:Query,dynamodb:BatchGetItem on \${${table}.Arn} ${JSON.stringify({
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': [`replica-state#${settingsOf(template).replicas[0][1]}`],
          },
        })}`,
      ]);
      expect(settingsOf(template).states).toBe(`\${${table}}`);
      expect(settingsOf(template).holdings).toBeUndefined();
    });

    test('reaches the router from a stack in another region', () => {
      const app = newApp();
      const stack = new Stack(app, 'Media', { env: { region: 'us-east-1', account: '111111111111' } });
      const other = new Stack(app, 'Router', { env: { region: 'eu-west-1', account: '111111111111' } });
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
      new MediaRouter(other, 'Router', { media });
      const { states } = settingsOf(templateOf(other));
      const [table] = Object.values(templateOf(stack).findResources('AWS::DynamoDB::Table'));
      expect(states).toBe(table.Properties.TableName);
    });

    test('includes the filters, the storage class, the lifecycle rules and the isolation', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [
          { region: 'eu-west-1', prefix: 'films/' },
          { region: 'eu-north-1', tags: { near: 'yes' }, deleteMarkerReplication: false },
          { region: 'eu-west-3', storageClass: s3.StorageClass.GLACIER },
          { region: 'ap-southeast-2', lifecycleRules: [{ expiration: Duration.days(30) }] },
          {
            region: 'sa-east-1',
            proxy: {
              domainName: 'media.br.example.com',
              isolation: {},
              primary: { domainName: 'origin.br.example.com' },
            },
          },
          { region: 'ca-central-1', storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL },
        ],
        replicateExisting: false,
      });
      setUp({ media }, stack);
      expect(settingsOf(templateOf(stack)).holdings).toEqual([
        { prefix: 'films/' },
        { tagged: true },
        { archived: true },
        { days: 30 },
        { isolated: true },
        {},
      ]);
    });

    test('is known of media of another app', () => {
      const stack = primaryStack();
      const proxy = { proxyUrl: 'https://media.example.com', proxyPrimaryUrl: 'https://origin.example.com' };
      const replica = { ...proxy, prefix: 'films/', objectLifetime: Duration.days(7), proxyIsolation: true };
      const media = imported(stack, replica);
      setUp({ media }, stack);
      const template = templateOf(stack);
      expect(settingsOf(template)).toMatchObject({
        states: 'media-1a2b3c4d',
        holdings: [{ prefix: 'films/', days: 7, isolated: true }],
      });
      const [read] = statementsOf(template, /RouterFunctionRole/).filter((each) => each.startsWith('dynamodb'));
      expect(read).toContain(':dynamodb:us-west-2:${AWS::AccountId}:table/media-1a2b3c4d ');
    });

    test('is not read from the table of another account, which would deny it', () => {
      const stack = new Stack(newApp(), 'Router', { env: { region: 'us-east-1', account: '111111111111' } });
      const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Theirs', {
        primary: { ...copy('theirs-us', 'us-west-2'), account: '222222222222' },
        replicas: [{ ...copy('theirs-eu', 'eu-west-1'), ruleId: 'rule' }],
        ...TABLE,
      });
      const template = templateOf(setUp({ media }, stack).stack);
      expect(settingsOf(template).states).toBeUndefined();
      expect(statementsOf(template, /RouterFunctionRole/).join()).not.toContain('dynamodb');
    });
  });

  describe('preferences', () => {
    test('are a document in AppConfig, which the validator checks', () => {
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

    test('do not depend on the order of the keys of regionWeights', () => {
      const weights = { 'eu-west-1': 20, 'ap-southeast-2': 50 };
      const [one, other] = [weights, Object.fromEntries(Object.entries(weights).reverse())].map((regionWeights) => {
        const { stack } = setUp({ regionWeights });
        return templateOf(stack).toJSON();
      });
      expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    });

    test('that are known at synthesis are in the code of the function, too', () => {
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

    test('contain ranges without host bits, with a message', () => {
      const { stack } = setUp({ ipRanges: [{ cidr: '10.20.1.5/16', region: 'eu-west-1' }] });
      expect(documentOf(templateOf(stack)).ipRanges).toEqual({ 'eu-west-1': ['10.20.0.0/16'] });
      Annotations.fromStack(stack).hasInfo(
        '/MediaStack/Router',
        Match.stringLikeRegexp('10.20.1.5/16 is an address within a range. The range 10.20.0.0/16 is used.'),
      );
    });

    test('can contain 10,000 ranges', () => {
      const ipRanges = Array.from({ length: 10_000 }, (_, index) => ({
        cidr: `10.${Math.floor(index / 256)}.${index % 256}.0/24`,
        region: 'eu-west-1',
      }));
      const { stack } = setUp({ ipRanges });
      const template = templateOf(stack);
      expect(documentOf(template).ipRanges['eu-west-1'].length).toBe(10_000);
      expect(JSON.stringify(template.toJSON()).length).toBeLessThan(600_000); // CloudFormation's limit is 1 MB
    });
  });

  describe('the HTTP API', () => {
    test('authorizes callers by IAM', () => {
      const { stack, router } = setUp({ httpApi: { authorizer: HttpAuthorizer.iam() }, access: LinkAccess.all() });
      router.httpApi!.grantInvoke(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      const template = templateOf(stack);
      for (const RouteKey of ['POST /links', 'GET /media']) {
        template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey, AuthorizationType: 'AWS_IAM' });
      }
      const [statement] = statementsOf(template, /"\$\{Web/);
      expect(statement).toMatch(/^execute-api:Invoke on .*\/\*\/POST\/links,.*\/\*\/GET\/media /);
    });

    test('authorizes callers by tokens', () => {
      const authorizer = HttpAuthorizer.jwt({
        issuer: 'https://login.example.com',
        audience: ['studio'],
        identitySource: '$request.querystring.token',
      });
      const { stack, router } = setUp({
        httpApi: { authorizer, allowOrigins: ['https://www.example.com'] },
        access: LinkAccess.all(),
      });
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
      expect(() => router.httpApi!.grantInvoke(role)).toThrow(
        '[MediaStack/Router/HttpApi] authorizer: got "HttpAuthorizer.jwt()", expected HttpAuthorizer.iam(). ' +
          'Provide the caller with a token instead of a grant.',
      );
    });

    test('has routes for the preferences of users only if they are stored', () => {
      const httpApi = { authorizer: HttpAuthorizer.iam(), allowOrigins: ['https://www.example.com'] };
      const routesOf = (props: Partial<MediaRouterProps>) => {
        const template = templateOf(setUp({ httpApi, access: LinkAccess.all(), ...props }).stack);
        const [api] = Object.values(template.findResources('AWS::ApiGatewayV2::Api'));
        const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
        return [routes.map(({ Properties }) => Properties.RouteKey), api.Properties.CorsConfiguration.AllowMethods];
      };
      expect(routesOf({})).toEqual([
        ['POST /links', 'GET /media'],
        ['GET', 'POST'],
      ]);
      expect(routesOf({ userPreferences: {} })).toEqual([
        ['POST /links', 'GET /media', 'GET /preference', 'PUT /preference'],
        ['GET', 'POST', 'PUT'],
      ]);
    });

    test('can invoke the function by its own routes only, and does not log query strings', () => {
      const { stack } = setUp({ httpApi: { authorizer: HttpAuthorizer.iam() }, access: LinkAccess.all() });
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

  describe('preferences of users', () => {
    const table = (stack: Stack, props: Partial<dynamodb.TableProps> = {}) =>
      new dynamodb.Table(stack, 'Users', {
        partitionKey: { name: 'user', type: dynamodb.AttributeType.STRING },
        ...props,
      });
    const used = (stack: Stack) =>
      statementsOf(templateOf(stack), /RouterFunctionRole/).filter((each) => /dynamodb|dynamodb\./.test(each));

    test('are not stored by default', () => {
      const { stack, router } = setUp();
      templateOf(stack).resourceCountIs('AWS::DynamoDB::Table', 0);
      expect(router.userPreferencesTable).toBeUndefined();
      expect(settingsOf(templateOf(stack)).userTable).toBeUndefined();
      expect(used(stack)).toEqual([]);
    });

    test('are stored in a table that is retained and encrypted, with point-in-time recovery', () => {
      const { stack, router } = setUp({ userPreferences: {} });
      const template = templateOf(stack);
      template.hasResource('AWS::DynamoDB::Table', {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'user', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
          SSESpecification: { SSEEnabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      });
      expect(settingsOf(template).userTable).toMatch(/^\$\{RouterUserPreferencesTable/);
      expect(router.userPreferencesTable).toBeInstanceOf(dynamodb.Table);
    });

    test('can be deleted with the stack', () => {
      const { stack } = setUp({ userPreferences: { removalPolicy: RemovalPolicy.DESTROY } });
      templateOf(stack).hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
    });

    test('allow the function to read and write the items of the table only', () => {
      expect(used(setUp({ userPreferences: {} }).stack)).toEqual([
        expect.stringMatching(
          /^dynamodb:GetItem,dynamodb:PutItem,dynamodb:DeleteItem on \$\{RouterUserPreferencesTable\w+\.Arn\} \{\}$/,
        ),
      ]);
    });

    test('need only permissions that docs/security.md explains', () => {
      const stack = primaryStack();
      setUp(
        { userPreferences: { table: table(stack, { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED }) } },
        stack,
      );
      const { tables } = new Markdown(readFileSync(join(DOCS, 'security.md'), 'utf8'));
      const rows = tables.flat().filter(([, , , reason]) => reason?.includes('`userPreferences`'));
      const explained = rows.map(([, names]) => names.replace(/[` ]/g, ''));
      expect(used(stack).map((each) => each.split(' on ')[0])).toEqual(explained);
    });

    test('are stored in an existing table, which is not modified', () => {
      const stack = primaryStack();
      const existing = dynamodb.Table.fromTableName(stack, 'Users', 'media-users');
      const { router } = setUp({ userPreferences: { table: existing } }, stack);
      templateOf(stack).resourceCountIs('AWS::DynamoDB::Table', 0);
      expect(settingsOf(templateOf(stack)).userTable).toBe('media-users');
      expect(used(stack)).toEqual([expect.stringContaining(':table/media-users {}')]);
      expect(router.userPreferencesTable).toBe(existing);
    });

    test('in an existing table with a key of its own are decrypted through DynamoDB only', () => {
      const stack = primaryStack();
      const encryption = dynamodb.TableEncryption.CUSTOMER_MANAGED;
      setUp({ userPreferences: { table: table(stack, { encryption }) } }, stack);
      expect(used(stack)[1]).toMatch(
        /^kms:Decrypt,kms:DescribeKey,kms:Encrypt,kms:GenerateDataKey\*,kms:ReEncrypt\* on \$\{UsersKey.*"kms:ViaService":"dynamodb\.us-east-1/,
      );
    });

    test('fail when an existing table has another key, or a removal policy', () => {
      const stack = primaryStack();
      const sortKey = { name: 'order', type: dynamodb.AttributeType.NUMBER };
      const userPreferences = { table: table(stack, { sortKey }), removalPolicy: RemovalPolicy.DESTROY };
      expect(() => setUp({ userPreferences }, stack)).toThrow(
        '[MediaStack/Router] userPreferences.removalPolicy: got "destroy", expected no value with `table`. Remove one of ' +
          'the two: an existing table is not modified.\n' +
          '[MediaStack/Router] userPreferences.table: got "a table with the key user (S), order (N)", expected a table ' +
          'with the partition key user (S) and no sort key. Create a table with this key, or remove `table` so that the ' +
          'router creates one.',
      );
    });
  });

  test('provides metrics by region and reason', () => {
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
      /copyRegion: got "eu-west-3", expected the region of the primary or a replica \(us-east-1/,
    );
    expect(() => router.metricLinksByReason('eu-west-1', 'to-new')).toThrow(
      /reason: got "to-new", expected a reason \(delay-over/,
    );
  });

  test('provides a metric for every combination of region and reason that occurs', () => {
    const { router } = setUp();
    const metrics = router.metricsLinksByReason({ period: Duration.minutes(1) });
    const pairs = metrics.map(({ dimensions, label }) => [dimensions!.Region, dimensions!.Reason, label]);
    const ofReplicas = ['eu-west-1', 'ap-southeast-2'].flatMap((region) => [
      [region, 'delay-over', `${region} delay-over`],
      [region, 'in-replica', `${region} in-replica`],
    ]);
    expect(pairs).toEqual(expect.arrayContaining([...ofReplicas, ['us-east-1', 'too-new', 'us-east-1 too-new']]));
    // Without a standby, there is no failover.
    const reasons = contract.REASONS.filter((reason) => reason !== 'failover');
    expect(new Set(pairs.map(([, reason]) => reason))).toEqual(new Set(reasons));
    expect(metrics).toHaveLength(ofReplicas.length + reasons.length - 2);
    expect(metrics[0].period.toSeconds()).toBe(60);
  });

  test('creates alarms, to which further calls add actions', () => {
    const stack = primaryStack();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
      replicas: [
        { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
      ],
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

  describe('validation', () => {
    const COPIES = 'expected the region of the primary or a replica (us-east-1, eu-west-1, ap-southeast-2).';
    const REPLICAS = 'expected the region of a replica (eu-west-1, ap-southeast-2).';
    const NAME_ONE = 'Specify one of these regions, or add a replica in that region.';

    test.each<[what: string, options: MediaRouterOptions, problem: string]>([
      [
        'a range is not in CIDR notation',
        { ipRanges: [{ cidr: '10.0.0.0', region: 'eu-west-1' }] },
        'ipRanges[0].cidr: got "10.0.0.0", expected a range in CIDR notation. ' +
          'Specify a range like 10.20.0.0/16 or 2001:db8::/32, or a single address like 10.20.1.5/32.',
      ],
      [
        'a range belongs to a region without a copy',
        { ipRanges: [{ cidr: '10.0.0.0/8', region: 'eu-west-3' }] },
        `ipRanges[0].region: got "eu-west-3", ${COPIES} ${NAME_ONE}`,
      ],
      [
        'two regions have the same range',
        {
          ipRanges: [
            { cidr: '10.0.0.0/8', region: 'eu-west-1' },
            { cidr: '10.1.2.3/8', region: 'us-east-1' },
          ],
        },
        'ipRanges[1].cidr: got "10.1.2.3/8", expected a range of one region only, but 10.0.0.0/8 belongs to eu-west-1 ' +
          'and us-east-1. Remove one of the two ranges, or give one of them a longer prefix.',
      ],
      [
        'the primary is drained',
        { drainedRegions: ['us-east-1'] },
        `drainedRegions[0]: got "us-east-1", ${REPLICAS} ${NAME_ONE}`,
      ],
      [
        'a weight is not a percentage',
        { regionWeights: { 'eu-west-1': 120 } },
        'regionWeights.eu-west-1: got 120, expected a percentage from 0 to 100. ' +
          'Specify 100 if the replica is to serve all of its objects, and 0 if it is to serve none.',
      ],
      [
        'a weight belongs to a region without a replica',
        { regionWeights: { 'eu-west-3': 120 } },
        `regionWeights.eu-west-3: got "eu-west-3", ${REPLICAS} ${NAME_ONE}`,
      ],
      [
        'an endpoint belongs to a region without a copy',
        { endpoints: { 'eu-west-3': MediaEndpoint.proxy('https://x') } },
        `endpoints.eu-west-3: got "eu-west-3", ${COPIES} ${NAME_ONE}`,
      ],
      [
        'links are valid for longer than S3 allows',
        { maxLinkLifetime: Duration.days(8), linkLifetime: Duration.days(8) },
        `maxLinkLifetime: got "Duration.days(8)", expected whole seconds, from 1 to ${contract.MAX_LINK_SECONDS}. ` +
          'Presigned links are valid for up to 7 days: ' +
          'https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html',
      ],
      [
        'the default lifetime of links exceeds the maximum',
        { linkLifetime: Duration.hours(7) },
        'linkLifetime: got "Duration.hours(7)", expected whole seconds, from 1 to ' +
          `${contract.DEFAULT_MAX_LINK_SECONDS}. Specify a shorter linkLifetime, or a longer maxLinkLifetime.`,
      ],
      [
        'links are valid for less than a second',
        { linkLifetime: Duration.millis(5) },
        'linkLifetime: got "Duration.millis(5)", expected whole seconds, from 1 to ' +
          `${contract.DEFAULT_MAX_LINK_SECONDS}. Specify a shorter linkLifetime, or a longer maxLinkLifetime.`,
      ],
      [
        'the replication delay exceeds the limit of the validator',
        { replicationDelay: Duration.days(8) },
        `replicationDelay: got "Duration.days(8)", expected whole seconds, from 0 to ${contract.MAX_DELAY_SECONDS}. ` +
          'Use ReadinessMode.EXACT if replication takes longer.',
      ],
    ])('fails when %s', (_, options, problem) => {
      expect(() => setUp(options)).toThrow(new Error(`[MediaStack/Router] ${problem}`));
    });

    test('reports all problems at once, before any resource is created', () => {
      const stack = primaryStack();
      const problems = new Problems(stack).within('router');
      const options = { drainedRegions: ['x', 'eu-west-1', 'y'], linkLifetime: Duration.seconds(0) };
      MediaRouter._validate(problems, options, { primary: 'us-east-1', replicas: ['eu-west-1'] });
      expect(problems.all.map(({ construct, property, got }) => [construct, property, got])).toEqual([
        ['MediaStack', 'router.drainedRegions[0]', 'x'],
        ['MediaStack', 'router.drainedRegions[2]', 'y'],
        ['MediaStack', 'router.linkLifetime', 'Duration.seconds(0)'],
      ]);
    });

    test('ignores values that are known only at deployment', () => {
      const problems = new Problems(primaryStack());
      const token = Token.asString({ Ref: 'Parameter' });
      const options = {
        drainedRegions: [token],
        ipRanges: [{ cidr: token, region: token }],
        regionWeights: { 'eu-west-1': Token.asNumber({ Ref: 'Weight' }) },
        linkLifetime: Duration.seconds(Token.asNumber({ Ref: 'Lifetime' })),
      };
      MediaRouter._validate(problems, options, { primary: 'us-east-1', replicas: ['eu-west-1'] });
      MediaRouter._validate(problems, { drainedRegions: ['x'] }, { primary: token, replicas: [token] });
      expect(problems.all).toEqual([]);
    });
  });

  describe('imported', () => {
    const ATTRIBUTES = {
      functionArn: 'arn:aws:lambda:us-west-2:111111111111:function:router',
      routerName: 'router-1a2b3c4d',
      primaryRegion: 'us-east-1',
      replicaRegions: ['eu-west-1'],
    };

    test('has the attributes of the router', () => {
      const router = MediaRouter.fromMediaRouterAttributes(primaryStack(), 'Imported', ATTRIBUTES);
      const { functionArn, ...others } = ATTRIBUTES;
      expect(router).toMatchObject(others);
      expect(router.function.functionArn).toBe(functionArn);
      expect(router.function.env).toEqual({ region: 'us-west-2', account: '111111111111' });
    });

    test('grants permission to invoke the function in the policy of the grantee', () => {
      const stack = primaryStack();
      const router = MediaRouter.fromMediaRouterAttributes(stack, 'Imported', ATTRIBUTES);
      router.grantInvoke(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      const [statement] = statementsOf(templateOf(stack), /"\$\{Web/);
      expect(statement).toContain(`lambda:InvokeFunction on ${ATTRIBUTES.functionArn}`);
    });

    test('provides the metrics of the router in its region and account', () => {
      const router = MediaRouter.fromMediaRouterAttributes(primaryStack(), 'Imported', ATTRIBUTES);
      for (const metric of [
        router.metricLinks(),
        router.metricFallbacks(),
        router.metricConfigurationRefused(),
        router.metricConfigurationUnavailable(),
        ...router.metricsLinksByReason(),
      ]) {
        expect(metric).toMatchObject({
          namespace: contract.METRICS_NAMESPACE,
          region: 'us-west-2',
          account: '111111111111',
          dimensions: { service: ATTRIBUTES.routerName },
        });
      }
      expect(() => router.metricLinksByReason('eu-west-3', 'too-new')).toThrow(
        new Error(
          '[MediaStack/Imported] copyRegion: got "eu-west-3", expected the region of the primary or a replica ' +
            '(us-east-1, eu-west-1). Specify one of these: the router creates no other links.',
        ),
      );
    });
  });

  test('provides any metric by its name, with further dimensions', () => {
    const { router } = setUp();
    const metric = router.metric('Links', { statistic: 'Maximum', dimensionsMap: { Region: 'eu-west-1' } });
    expect(metric).toMatchObject({
      namespace: contract.METRICS_NAMESPACE,
      metricName: 'Links',
      statistic: 'Maximum',
      dimensions: { service: router.routerName, Region: 'eu-west-1' },
    });
  });

  test('can be created twice in a stack', () => {
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
    setUp({ media, httpApi: { authorizer: HttpAuthorizer.iam() }, access: LinkAccess.all() }, stack);
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
  });

  test('applies a permissions boundary and tags to every role', () => {
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

  test('every reason is documented', () => {
    const page = readFileSync(join(DOCS, ROUTING_API), 'utf8');
    const explained = [...page.matchAll(/^\| `([a-z-]+)` \| the (?:primary|replica) \| /gm)].map(
      ([, reason]) => reason,
    );
    expect(explained).toEqual([...contract.REASONS]);
  });
});

/** The asset that contains the preferences. */
function assetOf(directory: string): string {
  const folders = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  return folders.find((name) => existsSync(join(directory, name, 'preferences.json')))!;
}

/** The proxies that the router knows, by region. */
function proxiesOf(stack: Stack): any {
  const { directory } = synthesise(stack.node.root as App);
  return JSON.parse(readFileSync(join(directory, assetOf(directory), contract.PROXIES_FILE), 'utf8'));
}
