import { CustomResource, Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { s3BucketArn } from '../../../private/arns';
import { handlerFunction } from '../../../private/handler-function';
import { DeterministicNames } from '../../../private/naming';
import { allow } from '../../../private/policy-statements';
import { BucketProperties } from '../contract';

export interface BucketProviderProps {
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

export interface BucketResourceProps {
  readonly resourceType: string;
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  /** The actions on the bucket that the resource needs. */
  readonly actions: string[];
  readonly properties: Record<string, unknown>;
}

/**
 * Configures buckets that the template of this stack does not configure, by custom resources of one function. Its role
 * has the permissions of all resources, each for one bucket. Only CloudFormation invokes it.
 */
export class BucketProvider extends Construct {
  protected readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { runtime, logRetention }: BucketProviderProps = {}) {
    super(scope, id);
    this.fn = handlerFunction(this, 'Function', {
      handler: 'stored/stored-media',
      export: 'buckets',
      description: `Configures replication on the buckets of ${scope.node.path}`,
      environment: { POWERTOOLS_SERVICE_NAME: new DeterministicNames(scope).base },
      memorySize: 256,
      timeout: Duration.minutes(2),
      runtime,
      logRetention,
    });
  }

  createResource(scope: Construct, id: string, props: BucketResourceProps): CustomResource {
    const { bucketName, region, account } = props;
    allow(this.fn, props.actions, s3BucketArn(bucketName), { StringEquals: { 'aws:ResourceAccount': account } });
    const address: Omit<BucketProperties, 'ServiceToken'> = {
      BucketName: bucketName,
      Region: region,
      Account: account,
    };
    const resource = new CustomResource(scope, id, {
      resourceType: props.resourceType,
      serviceToken: this.fn.functionArn,
      properties: { ...address, ...props.properties },
    });
    // The function needs its permissions to undo the configuration when the resource is deleted.
    resource.node.addDependency(this.fn.role!);
    return resource;
  }
}
