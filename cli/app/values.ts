import { Duration, PermissionsBoundary, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  ContentResolution,
  DirectConnect,
  HttpAuthorizer,
  LinkAccess,
  MediaEndpoint,
  MeetingNetworkType,
  MeetingStartPolicy,
  ProxyMode,
  ReadinessMode,
  ReadPreference,
  VideoResolution,
} from 'cdk-media-replication';

const member = (members: object) => (name: string) => (members as Record<string, unknown>)[name];

/** The values of an enum are those of requests. */
const valueOf = (members: object) => (value: string) => Object.values(members).find((each) => each === value);

const UNITS = { second: 'seconds', minute: 'minutes', hour: 'hours', day: 'days' } as const;

/** `15 minutes` */
function duration(text: string): Duration {
  const [, count, unit] = /^(\d+) (second|minute|hour|day)s?$/.exec(text)!;
  return Duration[UNITS[unit as keyof typeof UNITS]](Number(count));
}

/** Converts valid values to those of the library, by the name of their definition in the schema. */
export const VALUES: Record<string, (value: any) => unknown> = {
  Duration: duration,
  PermissionsBoundary: ({ name, arn }) =>
    name === undefined ? PermissionsBoundary.fromArn(arn) : PermissionsBoundary.fromName(name),
  Runtime: (name: string) => new lambda.Runtime(name, lambda.RuntimeFamily.NODEJS),
  Schedule: (expression: string) => events.Schedule.expression(expression),
  StorageClass: (name: string) => new s3.StorageClass(name),
  IpAddresses: ({ cidr }) => ec2.IpAddresses.cidr(cidr),
  ObjectLockRetention: ({ governance, compliance }) =>
    governance ? s3.ObjectLockRetention.governance(governance) : s3.ObjectLockRetention.compliance(compliance),
  MediaEndpoint: ({ proxy, privateLink }) =>
    proxy === undefined ? MediaEndpoint.privateLink(privateLink) : MediaEndpoint.proxy(proxy),
  HttpAuthorizer: ({ jwt }) => (jwt ? HttpAuthorizer.jwt(jwt) : HttpAuthorizer.iam()),
  LinkAccess: ({ byClaim, all }) => {
    if (!byClaim) return LinkAccess.all(all);
    const { claim, prefix, ...options } = byClaim;
    return LinkAccess.byClaim(claim, prefix, options);
  },
  DirectConnect: ({ gateway, transitGateway }) => {
    if (transitGateway !== undefined) return DirectConnect.transitGateway(transitGateway);
    const { directConnectGatewayId, ...options } = gateway;
    return DirectConnect.gateway(directConnectGatewayId, options);
  },
  BucketEncryption: member(s3.BucketEncryption),
  ContentResolution: member(ContentResolution),
  MeetingNetworkType: member(MeetingNetworkType),
  MeetingStartPolicy: member(MeetingStartPolicy),
  ProxyMode: member(ProxyMode),
  ReadPreference: valueOf(ReadPreference),
  ReadinessMode: member(ReadinessMode),
  RemovalPolicy: member(RemovalPolicy),
  RetentionDays: member(logs.RetentionDays),
  VideoResolution: member(VideoResolution),
};
