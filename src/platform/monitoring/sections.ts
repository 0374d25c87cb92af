import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { GraphOptions, section } from './graphs';
import { IReplicatedMeeting, IReplicatedMeetingService } from '../../live/meeting';
import { CONCURRENT_MEETINGS } from '../../private/quotas';
import { s3EndpointService } from '../../private/regions';
import { IReplicaAudit } from '../../stored/audit';
import { IReplicatedMediaBucket } from '../../stored/bucket';
import { IReplicationCanary } from '../../stored/canary';
import { IS3MediaProxy } from '../../stored/proxy';
import { IMediaRouter } from '../../stored/routing';

/**
 * Rows of the dashboard body, since versions of aws-cdk-lib differ in how they order the parts of a metric with an id.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
 */
const LAMBDA_QUOTA = [
  [
    ...['AWS/Usage', 'ResourceCount', 'Class', 'None', 'Resource', 'ConcurrentExecutions'],
    ...['Service', 'Lambda', 'Type', 'Resource', { id: 'usage', label: 'used in the account', stat: 'Maximum' }],
  ],
  [{ expression: 'SERVICE_QUOTA(usage)', label: 'quota (L-B99A9384)' }],
];

export function replicationSection(
  media: IReplicatedMediaBucket,
  here: string,
  thresholds: number[],
): cloudwatch.IWidget[] {
  const ofEach = (metric: (region: string, options: cloudwatch.MetricOptions) => cloudwatch.Metric) =>
    media.replicas.map(({ region, enabled }) => metric(region, { label: enabled ? region : `${region} (paused)` }));
  // Omitted in the dashboard's own region, where versions of aws-cdk-lib differ in whether they render it.
  const hereOnly = media.primary.env.region === here ? { region: undefined } : {};
  return section('## Replication', [
    {
      title: 'Replication latency (seconds)',
      metrics: ofEach((region, options) => media.metricReplicationLatency(region, options)),
      limits: thresholds.map((value) => ({ value, label: 'alarm' })),
    },
    {
      title: 'Bytes pending replication',
      metrics: ofEach((region, options) => media.metricBytesPendingReplication(region, options)),
    },
    {
      title: 'Operations pending replication',
      metrics: ofEach((region, options) => media.metricOperationsPendingReplication(region, options)),
    },
    {
      title: 'Operations that failed replication',
      metrics: ofEach((region, options) =>
        media.metricOperationsFailedReplication(region, { ...options, ...hereOnly }),
      ),
    },
  ]);
}

export function linksSection(router: IMediaRouter): cloudwatch.IWidget[] {
  return section('## Links', [
    { title: 'Links by region and reason', metrics: router.metricsLinksByReason(), stacked: true },
    {
      title: 'Links and fallbacks to the primary',
      metrics: [router.metricLinks({ label: 'links' }), router.metricFallbacks({ label: 'fallbacks' })],
    },
    {
      title: 'Response time (ms)',
      metrics: ['p50', 'p99'].map((statistic) => router.function.metricDuration({ statistic, label: statistic })),
    },
    {
      title: 'Errors',
      metrics: [
        router.function.metricErrors({ label: 'failed calls' }),
        router.metricConfigurationRefused({ label: 'preferences rejected' }),
        router.metricConfigurationUnavailable({ label: 'preferences unavailable' }),
      ],
    },
  ]);
}

export function proxiesSection(proxies: IS3MediaProxy[]): cloudwatch.IWidget[] {
  const withServers = proxies.filter(({ clusterName }) => clusterName);
  const servers: GraphOptions[] = [
    {
      title: 'Running tasks',
      metrics: withServers.map((proxy) => proxy.metricRunningServers({ label: proxy.region })),
    },
    {
      title: 'Bytes sent per second',
      metrics: withServers.map((proxy) => proxy.metricBytesSent({ label: proxy.region })),
    },
  ];
  const regions = new Set(proxies.filter(({ clusterName }) => !clusterName).map(({ region }) => region));
  return section('## Proxies', [
    ...(withServers.length ? servers : []),
    ...(regions.size
      ? [{ title: 'Bytes processed by S3 interface endpoints', metrics: [...regions].map(endpointBytes) }]
      : []),
  ]);
}

/** A search over all S3 endpoints in the region: only the stack of an endpoint knows its id. */
function endpointBytes(region: string): cloudwatch.IMetric {
  const dimensions = '"Endpoint Type","Service Name","VPC Endpoint Id","VPC Id"';
  const metric = `MetricName="BytesProcessed" "Service Name"="${s3EndpointService(region)}"`;
  return new cloudwatch.MathExpression({
    expression: `SEARCH('{AWS/PrivateLinkEndpoints,${dimensions}} ${metric}', 'Sum', 300)`,
    usingMetrics: {},
    searchRegion: region,
    label: region,
  });
}

export function canarySection(canary: IReplicationCanary): cloudwatch.IWidget[] {
  const proxies = canary.proxyRegions;
  const ofProxies: GraphOptions[] = [
    {
      title: 'Read latency through the proxy (ms)',
      metrics: proxies.map((region) => canary.metricProxyLatency(region, { label: region })),
    },
  ];
  return section('## Canary', [
    {
      title: 'Replication time (seconds)',
      metrics: canary.replicaRegions.map((region) => canary.metricReplicationTime(region, { label: region })),
    },
    ...(proxies.length ? ofProxies : []),
    {
      title: 'Runs and failed copies',
      metrics: [
        canary.metricCanaryFailures({ statistic: 'SampleCount', label: 'runs' }),
        canary.metricCanaryFailures({ label: 'failed copies' }),
      ],
    },
  ]);
}

export function auditSection(audit: IReplicaAudit): cloudwatch.IWidget[] {
  return section('## Audit', [
    {
      title: 'Missing objects',
      metrics: audit.replicaRegions.map((region) => audit.metricMissingObjects(region, { label: region })),
    },
    {
      title: 'Different objects',
      metrics: audit.replicaRegions.map((region) => audit.metricDifferentObjects(region, { label: region })),
    },
    { title: 'Age of the comparison (seconds)', metrics: [audit.metricComparisonAge({ label: 'age' })] },
  ]);
}

export function meetingsSection(service: IReplicatedMeetingService): cloudwatch.IWidget[] {
  return [
    ...section('## Meetings', [
      { title: 'Running meetings', metrics: [service.metricLiveMeetings({ label: 'meetings' })] },
      {
        title: 'Joins',
        metrics: [
          service.metricJoins({ label: 'joined' }),
          service.metricJoinsRefused({ label: 'refused' }),
          service.metricPromotions({ label: 'promoted' }),
        ],
      },
      {
        title: 'Repairs',
        metrics: [
          service.metricReconciledDrift({ label: 'repaired' }),
          service.metricSweepFailures({ label: 'failed' }),
          service.metricMissingReplicas({ label: 'missing replicas' }),
        ],
      },
      {
        title: 'Function errors',
        metrics: [
          service.audienceFunction.metricErrors({ label: 'audience' }),
          service.hostFunction.metricErrors({ label: 'host' }),
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

function seats(service: IReplicatedMeetingService, meeting: IReplicatedMeeting): GraphOptions {
  return {
    title: `Seats used in ${meeting.meetingName}`,
    metrics: Array.from({ length: meeting.sessionCount }, (_, session) =>
      service.metricSeatsUsed(meeting, session, { label: session === 0 ? 'primary' : `replica ${session}` }),
    ),
    limits: [{ value: meeting.capacity, label: 'capacity' }],
    stacked: true,
  };
}

export function quotasSection(service?: IReplicatedMeetingService): cloudwatch.IWidget[] {
  const ofMeetings = (each: IReplicatedMeetingService): GraphOptions[] => [
    {
      title: 'Concurrent Amazon Chime SDK sessions',
      metrics: [each.metricLiveSessions({ label: 'used by this service' })],
      limits: [{ value: CONCURRENT_MEETINGS.value, label: `default quota (${CONCURRENT_MEETINGS.code})` }],
    },
    { title: 'Throttled Amazon Chime SDK calls', metrics: [each.metricThrottles({ label: 'throttled' })] },
  ];
  return section('## Quotas', [
    { title: 'Concurrent Lambda executions', rows: LAMBDA_QUOTA },
    ...(service ? ofMeetings(service) : []),
  ]);
}
