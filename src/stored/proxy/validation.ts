import { Token } from 'aws-cdk-lib';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { isIsolated } from './bucket-isolation';
import { HostName } from './host-name';
import { validatePrimary } from './primary-validation';
import { ProxyMode, S3MediaProxyOptions } from './props';
import { validateServerSize } from './server-size';
import { Problems } from '../../private/problems';
import { partitionOf } from '../../private/regions';

/** What is known when a proxy is validated. */
export interface ProxyContext {
  /** The region of the proxy's stack. */
  readonly region: string;
  /** Undefined if the bucket is not created yet. */
  readonly bucket?: s3.IBucket;
}

const SERVERS_ONLY = [
  'domainName',
  'certificate',
  'hostedZone',
  'redirectHttp',
  'primary',
  'imageRepository',
  'imageTag',
  'imageDigest',
  'cpu',
  'memoryLimitMiB',
  'minCapacity',
  'maxCapacity',
  'natGateways',
  'idleTimeout',
  'accessLogsBucket',
  'deletionProtection',
  'logRetention',
] as const;
const NEW_VPC_ONLY = ['ipAddresses', 'maxAzs', 'natGateways', 'directConnect'] as const;
const DOMAIN_NAME_ONLY = ['certificate', 'hostedZone', 'redirectHttp'] as const;

export function validateProxy(problems: Problems, props: S3MediaProxyOptions, { region, bucket }: ProxyContext): void {
  if (props.mode === ProxyMode.PRIVATE_LINK) {
    expectAbsent(problems, props, SERVERS_ONLY, 'mode PRIVATE_LINK', 'PRIVATE_LINK has no servers');
    problems.expect(partitionOf(region) !== 'aws-us-gov', {
      property: 'mode',
      got: `PRIVATE_LINK in ${region}`,
      expected: 'SERVERS, because S3 has no private DNS in AWS GovCloud (US)',
      fix: 'Remove `mode`.',
    });
  } else {
    validateServers(problems, props);
  }
  validateVpc(problems, props);
  props.clientCidrs?.forEach((cidr, index) =>
    problems.expect(Token.isUnresolved(cidr) || !cidr.includes(':'), {
      property: `clientCidrs[${index}]`,
      got: cidr,
      expected: 'an IPv4 range, because the proxy has IPv4 addresses only',
      fix: 'Remove it: clients that have only IPv6 addresses cannot reach the proxy.',
    }),
  );
  if (bucket) validateBucket(problems, props, bucket, region);
}

type Names = readonly (keyof S3MediaProxyOptions)[];

/** Adds a problem for each of the properties that has a value. */
function expectAbsent(
  problems: Problems,
  props: S3MediaProxyOptions,
  names: Names,
  beside: string,
  reason: string,
): void {
  for (const property of names.filter((name) => props[name] !== undefined)) {
    problems.add({
      property,
      got: `a value with ${beside}`,
      expected: `no value, because ${reason}`,
      fix: `Remove \`${property}\` or \`${beside.split(' ')[0]}\`.`,
    });
  }
}

function validateServers(problems: Problems, props: S3MediaProxyOptions): void {
  const { minCapacity = 2, maxCapacity, imageDigest, imageTag, domainName } = props;
  for (const property of DOMAIN_NAME_ONLY) {
    problems.expect(props[property] === undefined || domainName !== undefined, {
      property,
      got: 'a value without domainName',
      expected: 'a value together with domainName',
      fix: 'Specify `domainName`, the host name that clients use.',
    });
  }
  const enough = problems.expect(Token.isUnresolved(minCapacity) || minCapacity >= 2, {
    property: 'minCapacity',
    got: minCapacity,
    expected: 'at least 2, so that the proxy survives the failure of an Availability Zone',
    fix: 'Remove it to use the default, 2.',
  });
  const bounds = [minCapacity, maxCapacity];
  const comparable = enough && maxCapacity !== undefined && !bounds.some((each) => Token.isUnresolved(each));
  problems.expect(!comparable || maxCapacity >= minCapacity, {
    property: 'maxCapacity',
    got: maxCapacity,
    expected: `at least ${minCapacity}, the value of minCapacity`,
    fix: 'Increase `maxCapacity` or decrease `minCapacity`.',
  });
  problems.expect(
    imageDigest === undefined || Token.isUnresolved(imageDigest) || /^sha256:[0-9a-f]{64}$/.test(imageDigest),
    {
      property: 'imageDigest',
      got: imageDigest,
      expected: 'sha256: followed by 64 hexadecimal digits',
      fix: 'Copy the digest from the registry.',
    },
  );
  problems.expect(imageDigest === undefined || imageTag === undefined, {
    property: 'imageTag',
    got: 'a value with imageDigest',
    expected: 'either a tag or a digest',
    fix: 'Remove `imageTag` or `imageDigest`.',
  });
  problems.expect(!props.isolation || props.vpc !== undefined || domainName !== undefined, {
    property: 'isolation',
    got: 'a value without domainName',
    expected: 'a value together with domainName, because links would otherwise point to the isolated bucket itself',
    fix: 'Specify `domainName`, the host name that clients use.',
  });
  validateServerSize(problems, props);
  validateCertificate(problems, props);
  validatePrimary(problems, props);
  if (props.primary) validateCertificate(problems.within('primary'), props.primary);
  validateNatGateways(problems, props);
  validateImageAccess(problems, props);
}

/**
 * ACM looks for its validation record in public DNS only, and the deployment waits for it for hours. Whether an imported
 * zone is private is unknown.
 */
function validateCertificate(problems: Problems, { certificate, hostedZone }: HostName): void {
  const zone = hostedZone?.node.defaultChild as route53.CfnHostedZone | undefined;
  const isPrivate = zone !== undefined && zone.stack.resolve(zone.vpcs) !== undefined;
  problems.expect(certificate !== undefined || !isPrivate, {
    property: 'hostedZone',
    got: `the private hosted zone ${hostedZone?.node.path}`,
    expected: 'a public hosted zone, because ACM validates a new certificate by a public record',
    fix: 'Specify `certificate`, which was validated in a public zone or issued by a private certificate authority.',
  });
}

function validateNatGateways(
  problems: Problems,
  { natGateways, maxAzs = 2, imageRepository }: S3MediaProxyOptions,
): void {
  if (natGateways === undefined || Token.isUnresolved(natGateways)) return;
  problems.expect(imageRepository === undefined, {
    property: 'natGateways',
    got: natGateways,
    expected: 'no value with imageRepository, because such a VPC has no internet access',
    fix: 'Remove `natGateways`.',
  });
  const isValid =
    Number.isInteger(natGateways) && natGateways >= 1 && (Token.isUnresolved(maxAzs) || natGateways <= maxAzs);
  problems.expect(isValid, {
    property: 'natGateways',
    got: natGateways,
    expected: `an integer from 1 to ${maxAzs}, the value of maxAzs`,
    fix: 'Remove it to use the default, 1.',
  });
}

/** A task that cannot pull its image never becomes healthy, and the deployment rolls back after many minutes. */
function validateImageAccess(problems: Problems, { vpc, vpcSubnets, imageRepository }: S3MediaProxyOptions): void {
  if (imageRepository || !vpc) return;
  const chosen = vpcSubnets ? vpc.selectSubnets(vpcSubnets).subnets : vpc.privateSubnets;
  const isolated = new Set(vpc.isolatedSubnets.map(({ node }) => node.path));
  const withoutEgress = vpcSubnets
    ? chosen.length > 0 && chosen.every(({ node }) => isolated.has(node.path))
    : chosen.length === 0 && isolated.size > 0;
  problems.expect(!withoutEgress, {
    property: 'imageRepository',
    got: undefined,
    expected: `a private repository, because the subnets of ${vpc.node.path} have no route to the public registry`,
    fix: 'Copy the image into an ECR repository, specify the repository, and add endpoints for ecr.api, ecr.dkr and logs to the VPC. Or choose subnets with a NAT gateway.',
  });
}

function validateVpc(problems: Problems, props: S3MediaProxyOptions): void {
  const { vpc, vpcSubnets, maxAzs, isolation, mode } = props;
  if (vpc) {
    expectAbsent(problems, props, NEW_VPC_ONLY, 'vpc', 'an existing VPC is not modified');
    problems.expect(isolation === undefined || mode === ProxyMode.PRIVATE_LINK, {
      property: 'isolation',
      got: 'a value with vpc',
      expected: 'no value, because the gateway endpoint of an existing VPC is unknown',
      fix: 'Remove `vpc`, or deny the reads in the bucket policy yourself, as docs/security.md shows.',
    });
    return;
  }
  problems.expect(vpcSubnets === undefined, {
    property: 'vpcSubnets',
    got: 'a value without vpc',
    expected: 'a value together with vpc',
    fix: 'Specify `vpc`, or remove `vpcSubnets`.',
  });
  problems.expect(maxAzs === undefined || Token.isUnresolved(maxAzs) || maxAzs >= 2, {
    property: 'maxAzs',
    got: maxAzs,
    expected: 'at least 2, which a load balancer requires',
    fix: 'Remove it to use the default, 2.',
  });
}

function validateBucket(
  problems: Problems,
  { isolation }: S3MediaProxyOptions,
  bucket: s3.IBucket,
  region: string,
): void {
  const created = bucket.node.defaultChild !== undefined; // the region of an imported bucket may be just its stack's
  const comparable = created && !Token.isUnresolved(bucket.env.region) && !Token.isUnresolved(region);
  problems.expect(!comparable || bucket.env.region === region, {
    property: 'bucket',
    got: `a bucket in ${bucket.env.region}`,
    expected: `a bucket in ${region}, because an S3 gateway endpoint serves only its own region`,
    fix: `Create the proxy in a stack in ${bucket.env.region}.`,
  });
  problems.expect(Token.isUnresolved(bucket.bucketName) || !bucket.bucketName.includes('.'), {
    property: 'bucket',
    got: bucket.bucketName,
    expected: "a bucket name without dots, because S3's certificate does not cover names with dots",
    fix: 'Use another bucket.',
  });
  problems.expect(!isolation || !isIsolated(bucket), {
    property: 'isolation',
    got: `a value for ${bucket.node.path}, which another proxy isolates`,
    expected: 'at most one proxy that isolates a bucket, because each would deny reads through the other',
    fix: 'Remove `isolation` from both proxies, and deny the reads in the bucket policy with the endpoints of both.',
  });
}
