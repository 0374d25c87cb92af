import { Duration, PermissionsBoundary, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DirectConnect,
  HttpAuthorizer,
  LinkAccess,
  MediaEndpoint,
  MediaReplicationStackProps,
  MeetingNetworkType,
  MeetingStartPolicy,
  ProxyMode,
  ReadinessMode,
  ReadPreference,
  VideoResolution,
} from 'cdk-media-replication';

/** The same as configs/everything.yaml, in code. */
export const EVERYTHING: MediaReplicationStackProps = {
  env: { region: 'us-east-1', account: '111111111111' },
  description: 'Media of a studio',
  terminationProtection: true,
  tags: { team: 'media' },
  permissionsBoundary: PermissionsBoundary.fromName('boundary'),

  media: {
    serverAccessLogs: true,
    noncurrentVersionExpiration: Duration.days(30),
    objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(7)),
    lifecycleRules: [
      {
        transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) }],
        tagFilters: { kind: 'raw' },
      },
    ],
    replicateExisting: true,
    repair: { schedule: events.Schedule.cron({ hour: '4', minute: '0' }), maxAttempts: 5 },
    replicas: [
      {
        region: 'eu-central-1',
        storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
        proxy: {
          domainName: 'media.eu.example.com',
          ipAddresses: ec2.IpAddresses.cidr('10.101.0.0/16'),
          directConnect: DirectConnect.gateway('1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f', { amazonSideAsn: 65001 }),
          idleTimeout: Duration.seconds(30),
          logRetention: logs.RetentionDays.ONE_WEEK,
          isolation: { exemptPrincipalArns: ['arn:aws:iam::111111111111:role/admin'] },
        },
      },
      {
        region: 'ap-southeast-2',
        prefix: 'masters/',
        proxy: { mode: ProxyMode.PRIVATE_LINK, directConnect: DirectConnect.transitGateway('tgw-1a2b3c4d') },
      },
    ],
  },

  router: {
    defaultPreference: ReadPreference.AUTO,
    readiness: ReadinessMode.EXACT,
    readinessTimeout: Duration.seconds(2),
    endpoints: {
      'ap-southeast-2': MediaEndpoint.privateLink('vpce-1a2b3c4d-5e6f.s3.ap-southeast-2.vpce.amazonaws.com'),
    },
    ipRanges: [{ cidr: '203.0.113.0/24', region: 'eu-central-1' }],
    regionWeights: { 'eu-central-1': 12.5 },
    userPreferences: { removalPolicy: RemovalPolicy.DESTROY },
    runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS),
    httpApi: { authorizer: HttpAuthorizer.iam() },
    access: LinkAccess.all(),
  },

  meetings: {
    controlRegion: 'us-east-1',
    rooms: [
      {
        meetingName: 'town-hall',
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-central-1', count: 5 }],
        features: { videoMaxResolution: VideoResolution.FHD, echoReduction: true },
        startPolicy: MeetingStartPolicy.BY_HOST,
        networkType: MeetingNetworkType.DUAL_STACK,
        stageGrace: Duration.minutes(2),
        startsAt: '2030-01-31T12:00:00Z',
      },
    ],
    httpApi: {
      authorizer: HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] }),
      allowOrigins: ['https://studio.example.com'],
      hostScopes: ['meetings/host'],
    },
  },

  monitoring: {
    alarmEmails: ['media-oncall@example.com'],
    latencyThreshold: Duration.minutes(10),
  },
};
