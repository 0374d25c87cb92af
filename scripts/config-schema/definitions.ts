import { RegionInfo } from 'aws-cdk-lib/region-info';

export type Schema = Record<string, any>;

/** `title` completes "expected …" in the messages of the command line; editors show it as well. */
const text = (title: string, pattern: string, examples: string[], description: string): Schema => ({
  title,
  description,
  type: 'string',
  pattern,
  examples,
});

const oneOf = (title: string, description: string, properties: Record<string, Schema>): Schema => ({
  title,
  description,
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties,
});

/** `rest` is what follows the account. */
const arn = (service: string, rest: string, what: string, example: string): Schema =>
  text(
    `the ARN of ${what}, such as ${example}`,
    `^arn:[a-z-]+:${service}:[a-z0-9-]*:\\d{12}:${rest}.+$`,
    [example],
    `The ARN of ${what}.`,
  );

const URL = { title: 'a URL that begins with https://', type: 'string', pattern: '^https://[^/\\s]+' };
const strings = { type: 'array', items: { type: 'string', minLength: 1 } };
const LIFETIME = { $ref: '#/definitions/Duration' };

/** What stands in a file for what is not a struct, an enum or a plain value in the library. */
export const DEFINITIONS: Record<string, Schema> = {
  Duration: text(
    'a duration such as 15 minutes, 6 hours or 90 days',
    '^(0|[1-9]\\d{0,8}) (second|minute|hour|day)s?$',
    ['30 seconds', '15 minutes', '6 hours', '90 days'],
    'A whole number, a space, and seconds, minutes, hours or days.',
  ),
  Region: text(
    'a region that AWS has',
    '^[a-z]{2}(-[a-z]+)+-\\d$',
    RegionInfo.regions.map(({ name }) => name).filter((name) => !name.includes('-iso')),
    'The code of an AWS region.',
  ),
  AccountId: text(
    'an account id of 12 digits, in quotes',
    '^\\d{12}$',
    ['111111111111'],
    'In quotes: it is a text, and may begin with 0.',
  ),
  Cidr: text(
    'an address range in CIDR notation, such as 10.20.0.0/16',
    '^([0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)/\\d{1,3}$',
    ['10.20.0.0/16'],
    'An address range in CIDR notation.',
  ),
  Email: text('a mail address', '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', ['media-oncall@example.com'], 'A mail address.'),
  Origin: text(
    'the origin of a web site, such as https://studio.example.com',
    '^(https?://[^/\\s]+|\\*)$',
    ['https://studio.example.com'],
    'Scheme and host of a web site, without a path.',
  ),
  Schedule: text(
    'a schedule such as rate(1 day) or cron(0 4 * * ? *)',
    '^(rate\\([1-9]\\d* (minute|hour|day)s?\\)|cron\\(\\S+( \\S+){5}\\))$',
    ['rate(1 day)', 'cron(0 4 * * ? *)'],
    'When something happens, in UTC, as EventBridge writes it.',
  ),
  Runtime: text('a Node.js runtime such as nodejs24.x', '^nodejs\\d+\\.x$', ['nodejs24.x'], 'A runtime of AWS Lambda.'),
  StorageClass: {
    title: 'a storage class of S3',
    description: 'A storage class of S3.',
    enum: ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
  },
  ExistingBucket: text(
    'the name of a bucket that exists',
    '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
    ['studio-media'],
    'The name of a bucket that exists.',
  ),
  KeyArn: arn('kms', '(key|alias)/', 'a KMS key or of its alias', 'arn:aws:kms:eu-west-1:111111111111:alias/media'),
  RoleArn: arn('iam', 'role/', 'an IAM role', 'arn:aws:iam::111111111111:role/replication'),
  TopicArn: arn('sns', '', 'an SNS topic', 'arn:aws:sns:us-east-1:111111111111:oncall'),
  CertificateArn: arn(
    'acm',
    'certificate/',
    'a certificate',
    'arn:aws:acm:eu-west-1:111111111111:certificate/1a2b3c4d',
  ),
  RepositoryArn: arn(
    'ecr',
    'repository/',
    'an ECR repository',
    'arn:aws:ecr:eu-west-1:111111111111:repository/haproxy',
  ),
  HostedZone: {
    title: 'a hosted zone: its id and its name',
    description: 'A hosted zone of Route 53 that exists.',
    type: 'object',
    additionalProperties: false,
    required: ['hostedZoneId', 'zoneName'],
    properties: {
      hostedZoneId: { type: 'string', minLength: 1, description: 'The id of the zone.', examples: ['Z1D633PJN98FT9'] },
      zoneName: { type: 'string', minLength: 1, description: 'The name of the zone.', examples: ['example.com'] },
    },
  },
  PermissionsBoundary: oneOf('name or arn', 'The policy that bounds what roles may do.', {
    name: { type: 'string', minLength: 1, description: 'The name of a policy in the account.' },
    arn: { type: 'string', minLength: 1, description: 'The ARN of a policy.' },
  }),
  ObjectLockRetention: oneOf('governance or compliance', 'How objects are locked, and for how long.', {
    governance: { ...LIFETIME, description: 'Some may be permitted to shorten it. Whole days.' },
    compliance: { ...LIFETIME, description: 'Nobody can shorten it. Whole days.' },
  }),
  IpAddresses: oneOf('cidr', 'The addresses of a VPC.', {
    cidr: { $ref: '#/definitions/Cidr', description: 'The range of the VPC.' },
  }),
  MediaEndpoint: oneOf('proxy or privateLink', 'How viewers reach the bucket of a region.', {
    proxy: {
      ...URL,
      pattern: '^https?://[^/\\s]+', // a proxy in a private network may be without TLS
      title: 'a URL',
      description: "Through a proxy that passes links on as they are: the proxy's URL.",
      examples: ['https://media.eu.example.com'],
    },
    privateLink: {
      type: 'string',
      minLength: 1,
      description: "Through an S3 interface endpoint: the endpoint's own name, without a star.",
      examples: ['vpce-1a2b3c4d-5e6f.s3.eu-west-1.vpce.amazonaws.com'],
    },
  }),
  HttpAuthorizer: oneOf('iam or jwt', 'Who may call an HTTP API.', {
    iam: {
      description: 'Callers sign their requests with credentials of AWS.',
      type: 'object',
      additionalProperties: false,
    },
    jwt: {
      description: 'Callers send a JSON Web Token, which API Gateway verifies.',
      type: 'object',
      additionalProperties: false,
      required: ['issuer', 'audience'],
      properties: {
        issuer: { ...URL, description: 'Who issues the tokens: their `iss`.' },
        audience: {
          ...strings,
          minItems: 1,
          description: 'For whom the tokens are issued: their `aud` or `client_id`.',
        },
        identitySource: {
          type: 'string',
          minLength: 1,
          description: 'Where the token is in a request. Default: $request.header.Authorization.',
        },
      },
    },
  }),
  DirectConnect: oneOf('gateway or transitGateway', 'The connection of a new VPC to the networks of the clients.', {
    gateway: {
      description: 'A virtual private gateway, joined to a Direct Connect gateway that is there.',
      type: 'object',
      additionalProperties: false,
      required: ['directConnectGatewayId'],
      properties: {
        directConnectGatewayId: { type: 'string', minLength: 1, description: 'The id of the Direct Connect gateway.' },
        allowedPrefixes: {
          type: 'array',
          items: { $ref: '#/definitions/Cidr' },
          description: "The prefixes that are announced. Default: the VPC's range.",
        },
        amazonSideAsn: { type: 'integer', description: "The ASN of Amazon's side. Default: Amazon's own." },
      },
    },
    transitGateway: { type: 'string', minLength: 1, description: 'The id of a transit gateway that is there.' },
  }),
};
