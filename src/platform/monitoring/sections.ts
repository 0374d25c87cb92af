import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { GraphOptions, section } from './graphs';
import { IReplicatedMeeting, ReplicatedMeetingService } from '../../live/meeting';
import { IReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { S3MediaProxy } from '../../stored/proxy';
import { MediaRouter } from '../../stored/routing';

const DEFAULT_LATENCY = Duration.minutes(15);
/**
 * Written as it is, since versions of aws-cdk-lib order the parts of a metric with an id in their own ways.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
 */
const LAMBDA_QUOTA = [
  [
    ...['AWS/Usage', 'ResourceCount', 'Class', 'None', 'Resource', 'ConcurrentExecutions'],
    ...['Service', 'Lambda', 'Type', 'Resource', { id: 'usage', label: 'used by the account', stat: 'Maximum' }],
  ],
  [{ expression: 'SERVICE_QUOTA(usage)', label: 'quota (L-B99A9384)' }],
];
/** L-9F286451, adjustable. */
const CONCURRENT_MEETINGS = 250;

export function replicationSection(
  media: IReplicatedMediaBucket,
  here: string,
  threshold: Duration = DEFAULT_LATENCY,
): cloudwatch.IWidget[] {
  const ofEach = (metric: (region: string, options: cloudwatch.MetricOptions) => cloudwatch.Metric) =>
    media.replicas.map(({ region }) => metric(region, { label: region }));
  // Of the dashboard's own region, which is not said, as versions of aws-cdk-lib differ on it.
  const hereOnly = media.primary.env.region === here ? { region: undefined } : {};
  return section('## Replication', [
    {
      title: 'Behind the primary (s)',
      metrics: ofEach((region, options) => media.metricReplicationLatency(region, options)),
      limit: { value: threshold.toSeconds(), label: 'alarm' },
    },
    {
      title: 'Bytes that wait',
      metrics: ofEach((region, options) => media.metricBytesPendingReplication(region, options)),
    },
    {
      title: 'Operations that wait',
      metrics: ofEach((region, options) => media.metricOperationsPendingReplication(region, options)),
    },
    {
      title: 'Failed operations',
      metrics: ofEach((region, options) =>
        media.metricOperationsFailedReplication(region, { ...options, ...hereOnly }),
      ),
    },
  ]);
}

export function linksSection(router: MediaRouter): cloudwatch.IWidget[] {
  return section('## Links', [
    { title: 'Links by region and reason', metrics: router.metricsLinksByReason(), stacked: true },
    {
      title: 'Links, and those that fell back to the primary',
      metrics: [router.metricLinks({ label: 'links' }), router.metricFallbacks({ label: 'fallbacks' })],
    },
    {
      title: 'Time for an answer (ms)',
      metrics: ['p50', 'p99'].map((statistic) => router.function.metricDuration({ statistic, label: statistic })),
    },
    {
      title: 'Errors',
      metrics: [
        router.function.metricErrors({ label: 'failed calls' }),
        router.metricConfigurationRefused({ label: 'preferences refused' }),
        router.metricConfigurationUnavailable({ label: 'preferences not fetched' }),
      ],
    },
  ]);
}

export function proxiesSection(proxies: S3MediaProxy[]): cloudwatch.IWidget[] {
  const withServers = proxies.filter(({ service }) => service);
  const regionOf = (proxy: S3MediaProxy) => Stack.of(proxy).region;
  const servers: GraphOptions[] = [
    {
      title: 'Running servers',
      metrics: withServers.map((proxy) => proxy.metricRunningServers({ label: regionOf(proxy) })),
    },
    {
      title: 'Bytes sent by servers (per second)',
      metrics: withServers.map((proxy) => proxy.metricBytesSent({ label: regionOf(proxy) })),
    },
  ];
  const regions = new Set(proxies.filter(({ service }) => !service).map(regionOf));
  return section('## Proxies', [
    ...(withServers.length ? servers : []),
    ...(regions.size ? [{ title: 'Bytes by S3 interface endpoints', metrics: [...regions].map(endpointBytes) }] : []),
  ]);
}

/** Of all endpoints for S3 in the region: the id of one is known to its own stack only. */
function endpointBytes(region: string): cloudwatch.IMetric {
  const dimensions = '"Endpoint Type","Service Name","VPC Endpoint Id","VPC Id"';
  const metric = `MetricName="BytesProcessed" "Service Name"="com.amazonaws.${region}.s3"`;
  return new cloudwatch.MathExpression({
    expression: `SEARCH('{AWS/PrivateLinkEndpoints,${dimensions}} ${metric}', 'Sum', 300)`,
    usingMetrics: {},
    searchRegion: region,
    label: region,
  });
}

export function canarySection(canary: ReplicationCanary): cloudwatch.IWidget[] {
  const proxies = Object.keys(canary.probes);
  const ofProxies: GraphOptions[] = [
    {
      title: 'Reading it through the proxy (ms)',
      metrics: proxies.map((region) => canary.metricProxyLatency(region, { label: region })),
    },
  ];
  return section('## Canary', [
    {
      title: 'Time to the replica (s)',
      metrics: canary.replicaRegions.map((region) => canary.metricReplicationTime(region, { label: region })),
    },
    ...(proxies.length ? ofProxies : []),
    {
      title: 'Runs, and copies in which they failed',
      metrics: [
        canary.metricCanaryFailures({ statistic: 'SampleCount', label: 'runs' }),
        canary.metricCanaryFailures({ label: 'failed copies' }),
      ],
    },
  ]);
}

export function meetingsSection(service: ReplicatedMeetingService): cloudwatch.IWidget[] {
  return [
    ...section('## Meetings', [
      { title: 'Live meetings', metrics: [service.metricLiveMeetings({ label: 'meetings' })] },
      {
        title: 'Joins',
        metrics: [
          service.metricJoins({ label: 'joined' }),
          service.metricJoinsRefused({ label: 'refused' }),
          service.metricPromotions({ label: 'came onto the stage' }),
        ],
      },
      {
        title: 'Put right, and not',
        metrics: [
          service.metricReconciledDrift({ label: 'put right' }),
          service.metricSweepFailures({ label: 'could not be put right' }),
          service.metricMissingReplicas({ label: 'missing replicas' }),
        ],
      },
      {
        title: 'Errors of the functions',
        metrics: [
          service.audienceFunction.metricErrors({ label: 'audience' }),
          service.hostFunction.metricErrors({ label: 'hosts' }),
          service.reconcilerFunction.metricErrors({ label: 'reconciler' }),
        ],
      },
    ]),
    ...(service.meetings.length
      ? section(
          '### Seats',
          service.meetings.map((each) => seats(service, each)),
        )
      : []),
  ];
}

function seats(service: ReplicatedMeetingService, meeting: IReplicatedMeeting): GraphOptions {
  return {
    title: `Seats taken in ${meeting.meetingName}`,
    metrics: Array.from({ length: meeting.sessionCount }, (_, session) =>
      service.metricSeatsUsed(meeting, session, { label: session === 0 ? 'primary' : `replica ${session}` }),
    ),
    limit: { value: meeting.capacity, label: 'capacity' },
    stacked: true,
  };
}

export function quotasSection(service?: ReplicatedMeetingService): cloudwatch.IWidget[] {
  const ofMeetings = (each: ReplicatedMeetingService): GraphOptions[] => [
    {
      title: 'Concurrent sessions of Amazon Chime SDK',
      metrics: [each.metricLiveSessions({ label: 'used by these meetings' })],
      limit: { value: CONCURRENT_MEETINGS, label: 'default quota (L-9F286451)' },
    },
    { title: 'Calls throttled by Amazon Chime SDK', metrics: [each.metricThrottles({ label: 'throttled' })] },
  ];
  return section('## Quotas', [
    { title: 'Concurrent executions of Lambda', rows: LAMBDA_QUOTA },
    ...(service ? ofMeetings(service) : []),
  ]);
}
