import { CustomResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BucketProvider, BucketProviderProps } from './bucket-provider';
import { allow } from '../../../private/policy-statements';
import { BucketProperties, RulesProperties } from '../contract';
import { MediaCopy } from '../copies/media-copy';

export interface RulesProviderProps extends BucketProviderProps {
  /** The role that S3 assumes to replicate. */
  readonly role: iam.IRole;
  /** Whether the role is deleted together with the stack. */
  readonly roleIsManaged: boolean;
}

export interface CreateRulesProps {
  /** The copy whose bucket receives the rules. */
  readonly copy: MediaCopy;
  readonly rules: s3.CfnBucket.ReplicationRuleProperty[];
  readonly enableVersioning?: boolean;
  /** Whether Object Lock must be enabled or disabled on the bucket. @default - not checked */
  readonly objectLock?: RulesProperties['ObjectLock'];
}

/**
 * Adds replication rules to buckets that are not configured by the template of this stack: imported buckets, and replicas,
 * whose rules refer to the primary and must be deployed after it.
 */
export class RulesProvider extends BucketProvider {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: RulesProviderProps,
  ) {
    super(scope, id, props);
    allow(this.fn, ['iam:PassRole'], props.role.roleArn, {
      StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' },
    });
  }

  createRules(id: string, { copy, rules, enableVersioning, objectLock }: CreateRulesProps): CustomResource {
    const { role, roleIsManaged } = this.props;
    const actions = [
      's3:GetBucketPolicy',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:GetReplicationConfiguration',
      's3:PutReplicationConfiguration',
      ...(objectLock ? ['s3:GetBucketObjectLockConfiguration'] : []),
      ...(enableVersioning ? ['s3:PutBucketVersioning'] : []),
    ];
    const stack = Stack.of(this);
    // Without priorities: the handler assigns them, after the priorities of existing rules.
    const properties: Omit<RulesProperties, keyof BucketProperties> = {
      Role: role.roleArn,
      RoleIsManaged: roleIsManaged ? 'true' : 'false',
      Rules: stack.toJsonString(rules.map(({ priority: _, ...rule }) => toApi(rule))),
      EnableVersioning: enableVersioning ? 'true' : 'false',
      EncryptionKey: copy.key?.arn,
      FormerEncryptionKeys:
        copy.formerKeys.length > 0 ? stack.toJsonString(copy.formerKeys.map(({ arn }) => arn)) : undefined,
      ObjectLock: objectLock,
    };
    const { bucketName, region, account } = copy;
    const resourceType = 'Custom::MediaReplicationRules';
    const resource = this.createResource(this, id, { resourceType, bucketName, region, account, actions, properties });
    resource.node.addDependency(role);
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
