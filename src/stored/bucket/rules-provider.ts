import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RulesProperties } from './contract';
import { MediaCopy } from './media-copy';
import { s3BucketArn } from '../../private/arns';
import { handlerFunction } from '../../private/handler-function';
import { DeterministicNames } from '../../private/naming';

export interface RulesProviderProps {
  /** The role of the rules. */
  readonly role: iam.IRole;
  /** Whether it goes with the stack. */
  readonly roleIsOurs: boolean;
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

export interface PutRulesProps {
  /** The bucket whose configuration they go into. */
  readonly copy: MediaCopy;
  readonly rules: s3.CfnBucket.ReplicationRuleProperty[];
  readonly enableVersioning?: boolean;
}

/**
 * Puts replication rules into buckets that this stack's template does not configure: those that were there before, and
 * replicas, whose rules to the primary could only be deployed after it.
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
      description: `Puts replication rules for ${scope.node.path}`,
      environment: { POWERTOOLS_SERVICE_NAME: new DeterministicNames(scope).base },
      memorySize: 256,
      timeout: Duration.minutes(2),
      runtime,
      logRetention,
    }).function;
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
      }),
    );
  }

  putRules(id: string, { copy, rules, enableVersioning }: PutRulesProps): CustomResource {
    const { role, roleIsOurs } = this.props;
    this.fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          's3:GetBucketPolicy',
          's3:GetBucketVersioning',
          's3:GetEncryptionConfiguration',
          's3:GetReplicationConfiguration',
          's3:PutReplicationConfiguration',
          ...(enableVersioning ? ['s3:PutBucketVersioning'] : []),
        ],
        resources: [s3BucketArn(copy.bucketName)],
        conditions: { StringEquals: { 'aws:ResourceAccount': copy.account } },
      }),
    );
    const properties: RulesProperties = {
      ServiceToken: this.fn.functionArn,
      BucketName: copy.bucketName,
      Region: copy.region,
      Account: copy.account,
      Role: role.roleArn,
      RoleIsOurs: roleIsOurs ? 'true' : 'false',
      Rules: Stack.of(this).toJsonString(rules.map(inWordsOfTheApi)),
      EnableVersioning: enableVersioning ? 'true' : 'false',
      EncryptionKey: copy.key?.replicaKmsKeyId,
    };
    const { ServiceToken, ...rest } = properties;
    const resource = new CustomResource(this, id, {
      resourceType: 'Custom::MediaReplicationRules',
      serviceToken: ServiceToken,
      properties: rest,
    });
    // The function must still be allowed to take the rules out when the resource is deleted.
    resource.node.addDependency(this.fn.role!, role);
    return resource;
  }
}

/** What the S3 API calls otherwise than CloudFormation; the rest only begins with a capital letter. */
const NAMES: Record<string, string> = {
  id: 'ID',
  replicaKmsKeyId: 'ReplicaKmsKeyID',
  tagFilter: 'Tag',
  tagFilters: 'Tags',
};

/** Priorities are given by the handler, which knows the rules that are there. */
function inWordsOfTheApi({ priority: _, ...rule }: s3.CfnBucket.ReplicationRuleProperty): unknown {
  return translate(rule);
}

function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [NAMES[name] ?? name[0].toUpperCase() + name.slice(1), translate(each)]),
  );
}
