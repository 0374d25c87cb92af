import { RegionInfo } from 'aws-cdk-lib/region-info';

export type Schema = Record<string, any>;

/** `title` completes "expected …" in messages of the command line. Editors show it as well. */
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

/** `rest` is the pattern after the account id. */
const arn = (service: string, rest: string, what: string, example: string): Schema =>
  text(
    `the ARN of ${what}, such as ${example}`,
    `^arn:[a-z-]+:${service}:[a-z0-9-]*:\\d{12}:${rest}.+$`,
    [example],
    `The ARN of ${what}.`,
  );

const URL = { title: 'a URL that begins with https://', type: 'string', pattern: '^https://[^/\\s]+' };
const strings = { type: 'array', items: { type: 'string', minLength: 1 } };
const LINK_SCOPES = {
  readScopes: {
    ...strings,
    minItems: 1,
    description: 'The scopes that allow reading. A token needs one of them.\nDefault: none; every valid token.',
  },
  uploadScopes: {
    ...strings,
    minItems: 1,
    description: 'The scopes that allow uploads. A token needs one of them.\nDefault: none; no upload links over HTTP.',
  },
};
const LIFETIME = { $ref: '#/definitions/Duration' };

/** Config file notations of types that are neither structs, enums nor primitives. */
export const DEFINITIONS: Record<string, Schema> = {
  Duration: text(
    'a duration such as 15 minutes, 6 hours or 90 days',
    '^(0|[1-9]\\d{0,8}) (second|minute|hour|day)s?$',
    ['30 seconds', '15 minutes', '6 hours', '90 days'],
    'A whole number, a space, and seconds, minutes, hours or days.',
  ),
  Region: text(
    'an AWS region',
    '^[a-z]{2}(-[a-z]+)+-\\d$',
    RegionInfo.regions.map(({ name }) => name).filter((name) => !name.includes('-iso')),
    'The code of an AWS region.',
  ),
  AccountId: text(
    'an account id of 12 digits, in quotes',
    '^\\d{12}$',
    ['111111111111'],
    'An account id in quotes, since it is a string that may begin with 0.',
  ),
  Cidr: text(
    'an address range in CIDR notation, such as 10.20.0.0/16',
    '^([0-9.]+/([12]?\\d|3[0-2])|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/([1-9]?\\d|1[01]\\d|12[0-8]))$',
    ['10.20.0.0/16'],
    'An address range in CIDR notation.',
  ),
  Email: text('an email address', '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', ['media-oncall@example.com'], 'An email address.'),
  Origin: text(
    'the origin of a website, such as https://studio.example.com',
    '^(https?://[^/\\s]+|\\*)$',
    ['https://studio.example.com'],
    'Scheme and host of a website, without a path.',
  ),
  Schedule: text(
    'a schedule such as rate(1 day) or cron(0 4 * * ? *)',
    '^(rate\\([1-9]\\d* (minute|hour|day)s?\\)|cron\\(\\S+( \\S+){5}\\))$',
    ['rate(1 day)', 'cron(0 4 * * ? *)'],
    'An EventBridge schedule expression, in UTC.',
  ),
  Runtime: text('a Node.js runtime such as nodejs24.x', '^nodejs\\d+\\.x$', ['nodejs24.x'], 'An AWS Lambda runtime.'),
  StorageClass: {
    title: 'an S3 storage class',
    description: 'An S3 storage class.',
    enum: ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
  },
  ExistingBucket: text(
    'the name of an existing bucket',
    '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
    ['studio-media'],
    'The name of an existing bucket.',
  ),
  ExistingTable: text(
    'the name of an existing DynamoDB table',
    '^[A-Za-z0-9_.-]{3,255}$',
    ['media-users'],
    'The name of an existing DynamoDB table.',
  ),
  KeyArn: arn('kms', '(key|alias)/', 'a KMS key or alias', 'arn:aws:kms:eu-west-1:111111111111:alias/media'),
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
    description: 'An existing Route 53 hosted zone.',
    type: 'object',
    additionalProperties: false,
    required: ['hostedZoneId', 'zoneName'],
    properties: {
      hostedZoneId: { type: 'string', minLength: 1, description: 'The id of the zone.', examples: ['Z1D633PJN98FT9'] },
      zoneName: { type: 'string', minLength: 1, description: 'The name of the zone.', examples: ['example.com'] },
    },
  },
  PermissionsBoundary: oneOf('name or arn', 'A permissions boundary for roles.', {
    name: { type: 'string', minLength: 1, description: 'The name of a policy in the account.' },
    arn: { type: 'string', minLength: 1, description: 'The ARN of a policy.' },
  }),
  ObjectLockRetention: oneOf('governance or compliance', 'The Object Lock retention mode and period.', {
    governance: { ...LIFETIME, description: 'Users with special permissions can shorten it. Whole days.' },
    compliance: { ...LIFETIME, description: 'No user can shorten it, including the root user. Whole days.' },
  }),
  IpAddresses: oneOf('cidr', 'The IP addresses of a VPC.', {
    cidr: { $ref: '#/definitions/Cidr', description: 'The CIDR range of the VPC.' },
  }),
  MediaEndpoint: oneOf('proxy or privateLink', 'How viewers access the bucket in a region.', {
    proxy: {
      ...URL,
      pattern: '^https?://[^/\\s]+', // a proxy in a private network can do without TLS
      title: 'a URL',
      description: 'The URL of a proxy that passes links on unchanged.',
      examples: ['https://media.eu.example.com'],
    },
    privateLink: {
      type: 'string',
      minLength: 1,
      description: 'The DNS name of an S3 interface endpoint, without the leading wildcard.',
      examples: ['vpce-1a2b3c4d-5e6f.s3.eu-west-1.vpce.amazonaws.com'],
    },
  }),
  HttpAuthorizer: oneOf('iam or jwt', 'How an HTTP API authorizes callers.', {
    iam: {
      description: 'Callers sign their requests with AWS credentials.',
      type: 'object',
      additionalProperties: false,
    },
    jwt: {
      description: 'Callers send a JSON Web Token, which API Gateway validates.',
      type: 'object',
      additionalProperties: false,
      required: ['issuer', 'audience'],
      properties: {
        issuer: { ...URL, description: 'The issuer of the tokens (`iss`).' },
        audience: {
          ...strings,
          minItems: 1,
          description: 'The audience of the tokens (`aud` or `client_id`).',
        },
        identitySource: {
          type: 'string',
          minLength: 1,
          description: 'The source of the token in a request.\nDefault: $request.header.Authorization.',
        },
      },
    },
  }),
  LinkAccess: oneOf('byClaim or all', 'Which objects callers of the HTTP API get links to.', {
    byClaim: {
      description: "Objects under a prefix that contains a claim of the caller's token.",
      type: 'object',
      additionalProperties: false,
      required: ['claim', 'prefix'],
      properties: {
        claim: {
          type: 'string',
          minLength: 1,
          description: 'The name of the claim.',
          examples: ['custom:tenant'],
        },
        prefix: {
          type: 'string',
          minLength: 1,
          description: 'The prefix of keys, in which `{claim}` stands for the value of the claim.',
          examples: ['tenants/{claim}/'],
        },
        ...LINK_SCOPES,
      },
    },
    all: {
      description: 'Every object, for every caller that the authorizer accepts.',
      type: 'object',
      additionalProperties: false,
      properties: LINK_SCOPES,
    },
  }),
  DirectConnect: oneOf('gateway or transitGateway', "The connection of a new VPC to the clients' networks.", {
    gateway: {
      description: 'A virtual private gateway, associated with an existing Direct Connect gateway.',
      type: 'object',
      additionalProperties: false,
      required: ['directConnectGatewayId'],
      properties: {
        directConnectGatewayId: { type: 'string', minLength: 1, description: 'The id of the Direct Connect gateway.' },
        allowedPrefixes: {
          type: 'array',
          items: { $ref: '#/definitions/Cidr' },
          description: 'The prefixes to advertise.\nDefault: the CIDR range of the VPC.',
        },
        amazonSideAsn: {
          type: 'integer',
          description: 'The private ASN for the Amazon side.\nDefault: the default of Amazon.',
        },
      },
    },
    transitGateway: { type: 'string', minLength: 1, description: 'The id of an existing transit gateway.' },
  }),
};
