import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IDependable } from 'constructs';
import { DESTINATION_ACTIONS, findDenials, SOURCE_ACTIONS } from './policy-denials';
import { FAILURES, replicationMetric } from './replication-metrics';
import { destinationStatements, sourceStatements } from './replication-permissions';
import { replicationRule, RuleProps } from './replication-rule';
import { CreateRulesProps, RulesProvider } from './rules-provider';
import { DeterministicNames } from '../../../private/naming';
import { Problems } from '../../../private/problems';
import { hasObjectLock } from '../copies/bucket-settings';
import { cfnBucketOf } from '../copies/existing-copy';
import { MediaCopy, PrimaryCopy } from '../copies/media-copy';
import { Replica } from '../copies/replica';
import { ReplicatedMediaBucketProps } from '../props';

/** A rule from a replica to another copy. */
interface ReverseRule {
  readonly source: MediaCopy;
  readonly rule: RuleProps;
}

/** The replication rules between the copies, and the permissions of their role. */
export class Replication {
  /** The resources that contain the rules. */
  readonly allRules: IDependable[];
  /** Whether the replicas are sources, too. */
  readonly isTwoWay: boolean;
  /** The rules from replicas to the primary and to each other. */
  private readonly reverseRules: ReverseRule[];
  /** Configures buckets outside of the template. Undefined if there are none. */
  provider?: RulesProvider;

  constructor(
    private readonly scope: Construct,
    private readonly primary: PrimaryCopy,
    private readonly replicas: Replica[],
    private readonly role: iam.IRole,
    private readonly names: DeterministicNames,
    private readonly props: ReplicatedMediaBucketProps,
  ) {
    this.isTwoWay = (props.replicaModificationSync ?? false) || (props.writeToReplicas ?? false);
    this.reverseRules = this.isTwoWay ? replicas.flatMap((replica) => this.reverseRulesOf(replica)) : [];
    const permissions = this.grantPermissions();
    const forwardRules = this.createForwardRules(permissions);
    // After the primary and its rules, because S3 rejects a rule whose destination does not exist.
    this.allRules = [forwardRules, ...this.createReverseRules([...permissions, forwardRules])];
  }

  /** Metrics of the failures from a replica to the other copies, by region of the other copy. */
  reverseFailures({ copy }: Replica): Record<string, cloudwatch.Metric> {
    const measured = this.reverseRules.filter(({ source, rule }) => source === copy && rule.metrics);
    return Object.fromEntries(
      measured.map(({ source, rule: { id, destination } }) => [
        destination.region,
        replicationMetric(FAILURES, { source, destination, ruleId: id }),
      ]),
    );
  }

  /**
   * Adds the statements of bucket policies that stop replication. S3 does not report them: objects just fail, one by one.
   */
  findDenials(problems: Problems): void {
    const copies = [this.primary, ...this.replicas.map(({ copy }) => copy)];
    copies.forEach(({ bucket }, index) => {
      const isPrimary = index === 0;
      const { policy } = bucket as Partial<s3.Bucket>;
      const document = policy && Stack.of(bucket).resolve(policy.document.toJSON());
      const actions = [
        ...(isPrimary && !this.isTwoWay ? [] : DESTINATION_ACTIONS),
        ...(isPrimary || this.isTwoWay ? SOURCE_ACTIONS : []),
      ];
      const roleArn = Stack.of(this.role).resolve(this.role.roleArn);
      for (const denial of findDenials(document ?? {}, actions, roleArn)) {
        problems.add({
          property: isPrimary ? 'primary.policy' : `replicas[${index - 1}].policy`,
          got: `statement ${denial.statement} of ${bucket.node.path}, which denies ${denial.actions.join(', ')} to every principal`,
          expected: 'a bucket policy that allows the replication role to replicate',
          fix: 'List the denied actions without a wildcard (s3:GetObject, s3:GetObjectVersion), or exempt the role with ArnNotEquals on aws:PrincipalArn.',
        });
      }
    });
  }

  /** @returns the policies, which must exist before the rules: an object that is replicated earlier fails */
  private grantPermissions(): IDependable[] {
    const { role, primary, props, replicas, isTwoWay } = this;
    const objectLock = hasObjectLock(props);
    const sources = isTwoWay ? [primary, ...replicas.map(({ copy }) => copy)] : [primary];
    const statements = [
      ...sources.flatMap((source) => sourceStatements(role, source, objectLock)),
      ...replicas.flatMap(({ copy, crossAccount }) => destinationStatements(role, copy, crossAccount)),
      ...(isTwoWay ? destinationStatements(role, primary, false) : []),
    ];
    return statements.flatMap((statement) => role.addToPrincipalPolicy(statement).policyDependable ?? []);
  }

  private createForwardRules(permissions: IDependable[]): IDependable {
    const { primary, role, replicas } = this;
    const rules = replicas.map((replica, index) => replicationRule(this.forwardRule(replica), index + 1));
    if (!primary.cfnBucket) {
      const { enableVersioning } = this.props;
      const resource = this.rulesProvider().createRules('Primary', {
        copy: primary,
        rules,
        enableVersioning,
        objectLock: this.objectLockOf(primary),
      });
      resource.node.addDependency(...permissions);
      return resource;
    }
    primary.cfnBucket.replicationConfiguration = { role: role.roleArn, rules };
    primary.cfnBucket.node.addDependency(...permissions);
    return primary.cfnBucket;
  }

  private createReverseRules(dependencies: IDependable[]): IDependable[] {
    if (!this.isTwoWay) return [];
    return this.replicas.map(({ copy }) => {
      const reverseRules = this.reverseRules.filter(({ source }) => source === copy);
      const rules = reverseRules.map(({ rule }, index) => replicationRule(rule, index + 1));
      const objectLock = this.objectLockOf(copy);
      const resource = this.rulesProvider().createRules(`From-${copy.region}`, { copy, rules, objectLock });
      resource.node.addDependency(...dependencies);
      return resource;
    });
  }

  /**
   * What Object Lock must be on an imported bucket. S3 does not replicate from a bucket with Object Lock to one without,
   * and does not report it: objects just fail, one by one.
   */
  private objectLockOf({ bucket }: MediaCopy): CreateRulesProps['objectLock'] {
    if (cfnBucketOf(bucket)) return undefined;
    if (!hasObjectLock(this.props)) return 'Disabled';
    return this.isTwoWay ? 'Enabled' : undefined;
  }

  private rulesProvider(): RulesProvider {
    const { replicationRole, runtime, logRetention } = this.props;
    const roleIsManaged = replicationRole === undefined;
    this.provider ??= new RulesProvider(this.scope, 'Rules', { role: this.role, roleIsManaged, runtime, logRetention });
    return this.provider;
  }

  private forwardRule({ ruleId, props, copy, ...replica }: Replica): RuleProps {
    return {
      id: ruleId,
      enabled: replica.enabled,
      filter: props,
      destination: copy,
      storageClass: props.storageClass,
      crossAccount: replica.crossAccount,
      metrics: replica.metrics,
      timeControl: replica.timeControl,
      modifications: this.props.replicaModificationSync ?? false,
    };
  }

  /** S3 does not replicate objects that were replicated themselves, so each replica needs a rule for every other copy. */
  private reverseRulesOf(replica: Replica): ReverseRule[] {
    const others = this.replicas.filter((other) => other !== replica);
    const toOthers = others.map((other) => ({ ...this.forwardRule(other), id: this.reverseId(replica, other.copy) }));
    const toPrimary = {
      ...this.forwardRule(replica),
      id: this.reverseId(replica, this.primary),
      enabled: true,
      destination: this.primary,
      storageClass: undefined,
      crossAccount: false,
    };
    return [toPrimary, ...toOthers].map((rule) => ({ source: replica.copy, rule }));
  }

  private reverseId({ copy }: Replica, { region }: MediaCopy): string {
    return this.names.rule(`${copy.region}-to-${region}`);
  }
}
