import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { MediaRouterBase } from './media-router-base';
import { MediaRouterAttributes } from './props';

/** A router of another app. */
export class ImportedMediaRouter extends MediaRouterBase {
  readonly function: lambda.IFunction;
  readonly routerName: string;
  readonly primaryRegion: string;
  readonly replicaRegions: string[];

  constructor(scope: Construct, id: string, attrs: MediaRouterAttributes) {
    super(scope, id);
    const { functionArn } = attrs;
    // This app cannot change the function's policy, so grants are limited to the policies of grantees.
    this.function = lambda.Function.fromFunctionAttributes(this, 'Function', { functionArn, skipPermissions: true });
    this.routerName = attrs.routerName;
    this.primaryRegion = attrs.primaryRegion;
    this.replicaRegions = attrs.replicaRegions;
  }

  /** The other app may publish the metrics in another region and account. */
  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { region, account } = this.function.env;
    return super.metric(metricName, { region, account, ...options });
  }
}
