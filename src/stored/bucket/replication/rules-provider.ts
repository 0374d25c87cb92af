import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { s3BucketArn } from '../../../private/arns';
import { handlerFunction } from '../../../private/handler-function';
import { DeterministicNames } from '../../../private/naming';
import { allow } from '../../../private/policy-statements';
import { RulesProperties } from '../contract';
import { MediaCopy } from '../copies/media-copy';

export interface RulesProviderProps {
  /** The role that S3 assumes to replicate. */
  readonly role: iam.IRole;
  /** Whether the role is deleted together with the stack. */
  readonly roleIsManaged: boolean;
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

export interface CreateRulesProps {
  /** The copy whose bucket receives the rules. */
  readonly copy: MediaCopy;
  readonly rules: s3.CfnBucket.ReplicationRuleProperty[];
  readonly enableVersioning?: boolean;
}

/**
 * Adds replication rules to buckets that are not configured by the template of this stack: imported buckets, and replicas,
 * whose rules refer to the primary and must be deployed after it.
 */
export class RulesProvider extends Construct {
  private readonly fn: lambda.Function;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RulesProviderProps,
  ) {
    super(scope, id);
    const { role, runtime, logRetention } = props;
    this.fn = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'rules',
      description: `Manages replication rules of ${scope.node.path}`,
      environment: { POWERTOOLS_SERVICE_NAME: new DeterministicNames(scope).base },
      memorySize: 256,
      timeout: Duration.minutes(2),
      runtime,
      logRetention,
    });
    allow(this.fn, ['iam:PassRole'], role.roleArn, { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } });
  }

  createRules(id: string, { copy, rules, enableVersioning }: CreateRulesProps): CustomResource {
    const { role, roleIsManaged } = this.props;
    const actions = [
      's3:GetBucketPolicy',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:GetReplicationConfiguration',
      's3:PutReplicationConfiguration',
      ...(enableVersioning ? ['s3:PutBucketVersioning'] : []),
    ];
    const isOwner = { StringEquals: { 'aws:ResourceAccount': copy.account } };
    allow(this.fn, actions, s3BucketArn(copy.bucketName), isOwner);
    // Without priorities: the handler assigns them, after the priorities of existing rules.
    const properties: Omit<RulesProperties, 'ServiceToken'> = {
      BucketName: copy.bucketName,
      Region: copy.region,
      Account: copy.account,
      Role: role.roleArn,
      RoleIsManaged: roleIsManaged ? 'true' : 'false',
      Rules: Stack.of(this).toJsonString(rules.map(({ priority: _, ...rule }) => toApi(rule))),
      EnableVersioning: enableVersioning ? 'true' : 'false',
      EncryptionKey: copy.key?.replicaKmsKeyId,
    };
    const resource = new CustomResource(this, id, {
      resourceType: 'Custom::MediaReplicationRules',
      serviceToken: this.fn.functionArn,
      properties,
    });
    // The function needs its permissions to remove the rules when the resource is deleted.
    resource.node.addDependency(this.fn.role!, role);
    return resource;
  }
}

/** Names that differ between CloudFormation and the S3 API. All others differ only in their first letter. */
const API_NAMES: Record<string, string> = {
  id: 'ID',
  replicaKmsKeyId: 'ReplicaKmsKeyID',
  tagFilter: 'Tag',
  tagFilters: 'Tags',
};

function toApi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toApi);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== undefined)
      .map(([name, child]) => [API_NAMES[name] ?? name[0].toUpperCase() + name.slice(1), toApi(child)]),
  );
}
