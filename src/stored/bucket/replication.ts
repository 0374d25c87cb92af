import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';
import { AdoptedCopy } from './adopted-copy';
import { MediaCopy } from './media-copy';
import { ReplicatedMediaBucketProps } from './props';
import { ReplicaPlan } from './replica-plan';
import { replicationMetric } from './replication-metrics';
import { destinationStatements, sourceStatements } from './replication-permissions';
import { replicationRule, RuleProps } from './replication-rule';
import { RulesProvider } from './rules-provider';
import { DeterministicNames } from '../../private/naming';

/** A way from one copy to another. */
interface Direction {
  readonly from: MediaCopy;
  readonly rule: RuleProps;
}

/** The rules between the copies, and what their role may do. */
export class Replication {
  /** The copies that rules replicate from. */
  readonly sources: MediaCopy[];
  /** The copies that rules replicate to. */
  readonly destinations: MediaCopy[];
  /** The rules that lead back, from replicas to the primary and to each other. */
  readonly back: Direction[];
  /** What has the rules from the primary. */
  readonly forward: IDependable;
  private provider?: RulesProvider;

  constructor(
    private readonly scope: Construct,
    private readonly primary: AdoptedCopy,
    private readonly plans: ReplicaPlan[],
    private readonly role: iam.IRole,
    private readonly names: DeterministicNames,
    private readonly props: ReplicatedMediaBucketProps,
  ) {
    const replicas = plans.map(({ copy }) => copy);
    const isTwoWay = (props.replicaModificationSync ?? false) || (props.writeToReplicas ?? false);
    this.sources = isTwoWay ? [primary, ...replicas] : [primary];
    this.destinations = isTwoWay ? [...replicas, primary] : replicas;
    this.back = isTwoWay ? plans.flatMap((plan) => this.directionsFrom(plan)) : [];
    const allowed = this.allow();
    this.forward = this.replicateForward(allowed);
    // After the primary and its rules: S3 refuses a rule whose destination is not there.
    this.replicateBack([...allowed, this.forward]);
  }

  /** The failures of what a replica sends to the other copies, by region, where its rules have metrics. */
  failuresBack({ copy }: ReplicaPlan): Record<string, cloudwatch.Metric> {
    const watched = this.back.filter(({ from, rule }) => from === copy && rule.metrics);
    return Object.fromEntries(
      watched.map(({ rule: { id, destination } }) => [
        destination.region,
        replicationMetric('OperationsFailedReplication', {
          sourceBucket: copy.bucketName,
          sourceRegion: copy.region,
          destinationBucket: destination.bucketName,
          destinationRegion: destination.region,
          ruleId: id,
        }),
      ]),
    );
  }

  /** @returns what must be there before the rules: an object that arrives sooner stays behind as failed */
  private allow(): IDependable[] {
    const { role, primary, props } = this;
    const lock = primary.cfnBucket?.objectLockEnabled === true || props.objectLockEnabled === true;
    const isForeign = (copy: MediaCopy) => this.plans.some((plan) => plan.copy === copy && plan.foreign);
    const statements = [
      ...this.sources.flatMap((source) => sourceStatements(role, source, lock)),
      ...this.destinations.flatMap((copy) => destinationStatements(role, copy, isForeign(copy))),
    ];
    return statements.flatMap((statement) => role.addToPrincipalPolicy(statement).policyDependable ?? []);
  }

  private replicateForward(allowed: IDependable[]): IDependable {
    const { primary, role, plans } = this;
    const rules = plans.map((plan, index) => replicationRule(this.forwardRule(plan), index + 1));
    if (!primary.cfnBucket) {
      const { enableVersioning } = this.props;
      const resource = this.rulesProvider().putRules('Primary', { copy: primary, rules, enableVersioning });
      resource.node.addDependency(...allowed);
      return resource;
    }
    primary.cfnBucket.replicationConfiguration = { role: role.roleArn, rules };
    primary.cfnBucket.node.addDependency(...allowed);
    return primary.cfnBucket;
  }

  private replicateBack(after: IDependable[]): void {
    if (this.back.length === 0) return;
    for (const { copy } of this.plans) {
      const directions = this.back.filter(({ from }) => from === copy);
      const rules = directions.map(({ rule }, index) => replicationRule(rule, index + 1));
      this.rulesProvider()
        .putRules(`From-${copy.region}`, { copy, rules })
        .node.addDependency(...after);
    }
  }

  private rulesProvider(): RulesProvider {
    const { replicationRole, runtime, logRetention } = this.props;
    const roleIsOurs = replicationRole === undefined;
    this.provider ??= new RulesProvider(this.scope, 'Rules', { role: this.role, roleIsOurs, runtime, logRetention });
    return this.provider;
  }

  private forwardRule({ ruleId, props, copy, ...plan }: ReplicaPlan): RuleProps {
    return {
      id: ruleId,
      filter: props,
      destination: copy,
      storageClass: props.storageClass,
      foreign: plan.foreign,
      metrics: plan.metrics,
      timeControl: plan.timeControl,
      modifications: this.props.replicaModificationSync ?? false,
    };
  }

  /** S3 does not replicate what came by replication: so each replica has a rule for every other copy. */
  private directionsFrom(plan: ReplicaPlan): Direction[] {
    const others = this.plans.filter((other) => other !== plan);
    const toOthers = others.map((other) => ({ ...this.forwardRule(other), id: this.idOf(plan, other.copy) }));
    const toPrimary = {
      ...this.forwardRule(plan),
      id: this.idOf(plan, this.primary),
      destination: this.primary,
      storageClass: undefined,
      foreign: false,
    };
    return [toPrimary, ...toOthers].map((rule) => ({ from: plan.copy, rule }));
  }

  private idOf({ copy }: ReplicaPlan, { region }: MediaCopy): string {
    return this.names.rule(`${copy.region}-to-${region}`);
  }
}
