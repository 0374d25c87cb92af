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
      'No network interface in the VPC uses the default security group. CloudFormation can remove its rules only with a ' +
      'function that can modify security groups, which would be a greater risk.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /\/LogGroup\/|\/Logs\//,
    reason:
      'CloudWatch Logs encrypts every log group. The logs contain paths, addresses and durations, but no links or tokens. ' +
      'A customer managed key would add costs and a way to lose the logs, but no confidentiality.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/(Rejected\/IAMRole|ExecutionRole)\/DefaultPolicy\//,
    reason:
      'Each policy covers one log group or image. It belongs to exactly one role and is created and deleted with it.',
  },
];

const SERVERS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R5-VPCNoUnrestrictedRouteToIGW$/,
    path: /\/EgressSubnet\d\/DefaultRoute$/,
    reason:
      'The subnets contain only the NAT gateway, through which servers without a public address pull their image. With ' +
      'imageRepository, there are no such subnets.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-ALBWAFEnabled$/,
    path: /\/LoadBalancer\/Resource$/,
    reason:
      'The load balancer is internal and open to private ranges only. The servers behind it accept only GET, HEAD and CORS ' +
      'preflight requests for one bucket, and S3 verifies the signature of each request.',
  },
];

test.each([ProxyMode.SERVERS, ProxyMode.PRIVATE_LINK])('S3MediaProxy passes cdk-nag with mode %s', (mode) => {
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
