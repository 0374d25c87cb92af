import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ProxyMode, S3MediaProxyProps } from './props';
import { Finding, invalid } from '../../private/problems';

/** What only servers have, and an interface endpoint has not. */
const SERVERS_ONLY = [
  'domainName',
  'certificate',
  'hostedZone',
  'redirectHttp',
  'imageRepository',
  'imageTag',
  'imageDigest',
  'cpu',
  'memoryLimitMiB',
  'minCapacity',
  'maxCapacity',
  'idleTimeout',
  'accessLogsBucket',
  'deletionProtection',
  'logRetention',
] as const;

const NEW_VPC_ONLY = ['ipAddresses', 'maxAzs', 'directConnect'] as const;

/** Refuses what contradicts itself, and what would not start or not work. What is a token is not judged. */
export function validateProxy(scope: IConstruct, props: S3MediaProxyProps): void {
  const expect = (holds: boolean, problem: Finding) => {
    if (!holds) throw invalid(scope, problem);
  };
  const refuse = (property: string, got: string, expected: string, fix: string) =>
    expect(false, { property, got, expected, fix });

  if (props.mode === ProxyMode.PRIVATE_LINK) {
    for (const option of SERVERS_ONLY.filter((name) => props[name] !== undefined)) {
      refuse(
        option,
        'a value with mode PRIVATE_LINK',
        'none: there is no server',
        `Leave out \`${option}\` or \`mode\`.`,
      );
    }
  }
  if (props.vpc) {
    for (const option of NEW_VPC_ONLY.filter((name) => props[name] !== undefined)) {
      refuse(
        option,
        'a value together with vpc',
        'one of the two: a brought VPC is not changed',
        `Set it where the VPC is made, and leave \`${option}\` out.`,
      );
    }
    expect(props.isolation === undefined || props.mode === ProxyMode.PRIVATE_LINK, {
      property: 'isolation',
      got: 'a value together with vpc',
      expected: "to know the VPC's gateway endpoint, which a brought VPC does not tell",
      fix: 'Let the proxy make its VPC, or deny the reads in the policy of the bucket yourself, as docs/security.md shows.',
    });
    expectWayToTheImage(expect, props);
  } else if (props.vpcSubnets) {
    refuse(
      'vpcSubnets',
      'a value without vpc',
      'a brought VPC to choose from',
      'Bring `vpc`, or leave `vpcSubnets` out.',
    );
  }
  for (const option of ['certificate', 'hostedZone', 'redirectHttp'] as const) {
    expect(props[option] === undefined || props.domainName !== undefined, {
      property: option,
      got: 'a value without domainName',
      expected: 'the name that clients use',
      fix: 'Give `domainName`.',
    });
  }
  props.clientCidrs?.forEach((cidr, index) =>
    expect(!cidr.includes(':'), {
      property: `clientCidrs[${index}]`,
      got: cidr,
      expected: 'an IPv4 range, since the proxy has IPv4 addresses only',
      fix: 'Leave it out: clients with IPv6 addresses alone can not reach the proxy.',
    }),
  );
  expectBucketHere(expect, scope, props);
  expectNumbers(expect, props);
}

type Expect = (holds: boolean, problem: Finding) => void;

/** A task that can't pull its image is never healthy, and the deployment rolls back after many minutes. */
function expectWayToTheImage(expect: Expect, { vpc, vpcSubnets, imageRepository, mode }: S3MediaProxyProps): void {
  if (imageRepository || mode === ProxyMode.PRIVATE_LINK || !vpc) return;
  const chosen = vpcSubnets ? vpc.selectSubnets(vpcSubnets) : undefined;
  const isolated = new Set(vpc.isolatedSubnets.map(({ node }) => node.path));
  const stranded = chosen
    ? chosen.subnets.length > 0 && chosen.subnets.every(({ node }) => isolated.has(node.path))
    : vpc.privateSubnets.length === 0 && vpc.isolatedSubnets.length > 0;
  expect(!stranded, {
    property: 'imageRepository',
    got: undefined,
    expected: `a private repository, since the subnets of ${vpc.node.path} have no way out to the public registry`,
    fix: 'Copy the image into an ECR repository and give it, with endpoints for ecr.api, ecr.dkr and logs in the VPC; or choose subnets with a NAT gateway.',
  });
}

function expectBucketHere(expect: Expect, scope: IConstruct, { bucket }: S3MediaProxyProps): void {
  const { region } = Stack.of(scope);
  const made = bucket.node.defaultChild !== undefined;
  const known = made && !Token.isUnresolved(bucket.env.region) && !Token.isUnresolved(region);
  expect(!known || bucket.env.region === region, {
    property: 'bucket',
    got: `a bucket in ${bucket.env.region}`,
    expected: `a bucket in ${region}, since an S3 gateway endpoint serves its own region only`,
    fix: `Make the proxy in a stack of ${bucket.env.region}.`,
  });
  expect(Token.isUnresolved(bucket.bucketName) || !bucket.bucketName.includes('.'), {
    property: 'bucket',
    got: bucket.bucketName,
    expected: "a name without dots, for which S3's certificate is valid",
    fix: 'Use another bucket: with dots in the name, TLS to S3 can not be verified.',
  });
}

function expectNumbers(expect: Expect, props: S3MediaProxyProps): void {
  const { minCapacity, maxCapacity, maxAzs, imageDigest } = props;
  expect(minCapacity === undefined || minCapacity >= 2, {
    property: 'minCapacity',
    got: minCapacity,
    expected: 'at least 2, so that a zone can fail',
    fix: 'Leave it out for 2.',
  });
  expect(maxCapacity === undefined || maxCapacity >= (minCapacity ?? 2), {
    property: 'maxCapacity',
    got: maxCapacity,
    expected: `at least minCapacity, ${minCapacity ?? 2}`,
    fix: 'Raise it.',
  });
  expect(maxAzs === undefined || maxAzs >= 2, {
    property: 'maxAzs',
    got: maxAzs,
    expected: 'at least 2, which a load balancer needs',
    fix: 'Leave it out for 2.',
  });
  expect(imageDigest === undefined || Token.isUnresolved(imageDigest) || /^sha256:[0-9a-f]{64}$/.test(imageDigest), {
    property: 'imageDigest',
    got: imageDigest,
    expected: 'sha256: and 64 hexadecimal digits',
    fix: 'Take it from the registry.',
  });
  expect(imageDigest === undefined || props.imageTag === undefined, {
    property: 'imageTag',
    got: 'a value together with imageDigest',
    expected: 'one of the two',
    fix: 'Leave out `imageTag`.',
  });
}
