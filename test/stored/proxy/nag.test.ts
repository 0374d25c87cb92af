import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ProxyMode, S3MediaProxy } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { newApp } from '../../support/synth';

const NETWORK: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-VPCDefaultSecurityGroupClosed$/,
    path: /\/Vpc\/Resource$/,
    reason:
      'Nothing in the VPC uses its default security group: each network interface has one of its own. CloudFormation ' +
      'can empty the default one only by a function that may change security groups, which is the greater risk.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /\/LogGroup\/|\/Logs\//,
    reason:
      'CloudWatch Logs encrypts every log group. The logs hold paths, addresses and durations, and no link or token; a ' +
      'key of their own would add a cost and a way to lose them, and no secrecy.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/(Rejected\/IAMRole|ExecutionRole)\/DefaultPolicy\//,
    reason:
      'Each policy is about one log group or image, and belongs to exactly one role, with which it comes and goes.',
  },
];

const SERVERS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R5-VPCNoUnrestrictedRouteToIGW$/,
    path: /\/EgressSubnet\d\/DefaultRoute$/,
    reason:
      'The subnets hold the NAT gateway and nothing else, by which servers without a public address pull their image. ' +
      'With imageRepository there are none.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-ALBWAFEnabled$/,
    path: /\/LoadBalancer\/Resource$/,
    reason:
      'The load balancer is internal and open to private ranges only; behind it is no application, but a server that ' +
      'refuses all but GET, HEAD and preflights for one bucket, and S3, which verifies the signature of each request.',
  },
];

test.each([ProxyMode.SERVERS, ProxyMode.PRIVATE_LINK])('S3MediaProxy passes cdk-nag by %s', (mode) => {
  const app = newApp();
  const stack = new Stack(app, 'Europe', { env: { account: '111111111111', region: 'eu-west-1' } });
  const bucket = s3.Bucket.fromBucketName(stack, 'Media', 'media-eu');
  new S3MediaProxy(stack, 'Proxy', {
    bucket,
    mode,
    ...(mode === ProxyMode.SERVERS
      ? {
          domainName: 'media.eu.example.com',
          deletionProtection: true,
          accessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs-eu'),
        }
      : {}),
  });
  expectNagClean(app, mode === ProxyMode.SERVERS ? [...NETWORK, ...SERVERS] : NETWORK);
});
