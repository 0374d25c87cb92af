import { Annotations, Duration, Stack, Tags } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as fis from 'aws-cdk-lib/aws-fis';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ReplicationDrillProps } from './props';
import { validateDrill, validateDrillLocation } from './validation';
import { accountOf, DeterministicNames } from '../../private/naming';
import { Problems } from '../../private/problems';
import { runbookAlarm } from '../../private/runbook-alarm';
import { expectStackRegion } from '../../private/stacks';
import { MediaReplica } from '../bucket';
import { DEFAULT_FALLBACK_PERCENT } from '../routing/contract';

const TARGET = 'Primary';

/**
 * A rehearsal of an outage of replication: an AWS FIS experiment template that pauses replication from the primary, so
 * that you see your alarms go off and your viewers served. Nothing happens until somebody starts an experiment.
 *
 * Replication continues by itself at the end, and when an alarm on harm to users ends the drill. S3 then replicates what
 * was uploaded in the meantime. Replication from replicas to the primary (`writeToReplicas`) does not pause.
 *
 * @see https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#bucket-pause-replication
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { MediaRouter, ReplicatedMediaBucket, ReplicationDrill } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const media: ReplicatedMediaBucket;
 * declare const router: MediaRouter;
 *
 * new ReplicationDrill(stack, 'Drill', { media, router });
 */
export class ReplicationDrill extends Construct {
  /** @internal */
  public static readonly _validate = validateDrill;

  /** The ID of the experiment template, for `aws fis start-experiment`. */
  public readonly experimentTemplateId: string;

  /** The regions of the replicas to which replication pauses. */
  public readonly replicaRegions: string[];

  /** The key of the tag by which AWS FIS finds the primary's bucket. */
  public readonly targetTagKey: string;

  /** The value of the tag by which AWS FIS finds the primary's bucket. */
  public readonly targetTagValue: string;

  /** The role that AWS FIS assumes for experiments of this template. */
  public readonly role: iam.Role;

  /** The alarm on fallbacks of the router, which ends the drill. */
  public readonly fallbacksAlarm: cloudwatch.Alarm;

  /** @throws if the props are invalid; the error lists every problem and its fix */
  constructor(scope: Construct, id: string, props: ReplicationDrillProps) {
    super(scope, id);
    const { media, stopAlarms = [], duration = Duration.minutes(150) } = props;
    const enabled = media.replicas.filter((replica) => replica.enabled);
    const problems = new Problems(this);
    expectStackRegion(problems, this);
    ReplicationDrill._validate(
      problems,
      props,
      media.replicas.map(({ region }) => region),
      enabled.map(({ region }) => region),
    );
    validateDrillLocation(problems, Stack.of(this), props);
    problems.throwIfAny();

    const replicas = enabled.filter(({ region }) => props.replicaRegions?.includes(region) ?? true);
    this.replicaRegions = replicas.map(({ region }) => region);
    this.targetTagKey = 'cdk-media-replication:drill';
    this.targetTagValue = new DeterministicNames(this).base;
    this.tag(media.primary);
    this.role = this.createRole(media.primary);
    this.fallbacksAlarm = this.createAlarm(props);

    const template = new fis.CfnExperimentTemplate(this, 'Template', {
      description: `Pauses replication of ${media.node.path} to ${this.replicaRegions.join(', ')}`,
      roleArn: this.role.roleArn,
      targets: {
        [TARGET]: {
          resourceType: 'aws:s3:bucket',
          resourceTags: { [this.targetTagKey]: this.targetTagValue },
          selectionMode: 'ALL',
        },
      },
      actions: Object.fromEntries(replicas.map((replica) => [`Pause-${replica.region}`, pause(replica, duration)])),
      stopConditions: [this.fallbacksAlarm, ...stopAlarms].map(({ alarmArn }) => ({
        source: 'aws:cloudwatch:alarm',
        value: alarmArn,
      })),
      experimentOptions: { accountTargeting: 'single-account', emptyTargetResolutionMode: 'fail' },
      tags: { Name: this.targetTagValue },
    });
    template.node.addDependency(this.role);
    this.experimentTemplateId = template.attrId;
  }

  /** AWS FIS finds buckets by tag only. */
  private tag(primary: s3.IBucket): void {
    if (primary.node.defaultChild instanceof s3.CfnBucket) {
      Tags.of(primary).add(this.targetTagKey, this.targetTagValue);
      return;
    }
    Annotations.of(this).addWarningV2(
      'cdk-media-replication:drill-tag',
      `This app does not own the primary's bucket. Add the tag ${this.targetTagKey}=${this.targetTagValue} to it. ` +
        'Without it, an experiment fails at its start and changes nothing.',
    );
  }

  private createRole(primary: s3.IBucket): iam.Role {
    const stack = Stack.of(this);
    const experiments = stack.formatArn({ service: 'fis', resource: 'experiment', resourceName: '*' });
    const role = new iam.Role(this, 'Role', {
      description: 'Pauses replication during a drill',
      assumedBy: new iam.ServicePrincipal('fis.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': accountOf(stack) },
          ArnLike: { 'aws:SourceArn': experiments },
        },
      }),
    });
    const [bucket, everything] = [[primary.bucketArn], ['*']];
    const isPause = { Bool: { 's3:IsReplicationPauseRequest': 'true' } };
    const allow = (actions: string[], resources: string[], conditions?: object) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions: conditions && { ...conditions } }));
    allow(['s3:PauseReplication'], bucket, { StringEquals: { 's3:DestinationRegion': this.replicaRegions } });
    allow(['s3:PutReplicationConfiguration'], bucket, isPause);
    allow(['s3:GetReplicationConfiguration'], bucket);
    allow(['s3:ListAllMyBuckets', 'tag:GetResources'], everything);
    return role;
  }

  private createAlarm({ router, maxFallbackPercent }: ReplicationDrillProps): cloudwatch.Alarm {
    return runbookAlarm(this, 'FallbacksAlarm', {
      description: `Ends a drill of replication: too many links of ${router.node.path} point to the primary because a copy does not answer.`,
      section: 'rehearsal-of-a-replication-outage',
      metric: router.metricFallbackPercent(),
      threshold: maxFallbackPercent ?? DEFAULT_FALLBACK_PERCENT,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
  }
}

function pause(
  { region, bucket }: MediaReplica,
  duration: Duration,
): fis.CfnExperimentTemplate.ExperimentTemplateActionProperty {
  return {
    actionId: 'aws:s3:bucket-pause-replication',
    description: `Pauses replication to ${region}`,
    parameters: { duration: `PT${duration.toMinutes()}M`, region, destinationBuckets: bucket.bucketName },
    targets: { Buckets: TARGET },
  };
}
