import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { MeetingServiceBase } from './meeting-service-base';
import { ReplicatedMeetingServiceAttributes } from './props';

/** A service that another app created. */
export class ImportedMeetingService extends MeetingServiceBase {
  readonly serviceName: string;
  readonly controlRegion: string;
  readonly audienceFunction: lambda.IFunction;
  readonly hostFunction: lambda.IFunction;
  readonly roomFunction: lambda.IFunction;
  readonly reconcilerFunction: lambda.IFunction;

  constructor(scope: Construct, id: string, attrs: ReplicatedMeetingServiceAttributes) {
    super(scope, id, { environmentFromArn: attrs.roomFunctionArn });
    this.serviceName = attrs.serviceName;
    this.controlRegion = attrs.controlRegion ?? Stack.of(this).region;
    this.audienceFunction = this.importFunction('Audience', attrs.audienceFunctionArn);
    this.hostFunction = this.importFunction('Host', attrs.hostFunctionArn);
    this.roomFunction = this.importFunction('Room', attrs.roomFunctionArn);
    this.reconcilerFunction = this.importFunction('Reconciler', attrs.reconcilerFunctionArn);
  }

  /** In the same account, the policy of the grantee is sufficient: the function's own policy is left unchanged. */
  private importFunction(id: string, functionArn: string): lambda.IFunction {
    return lambda.Function.fromFunctionAttributes(this, id, { functionArn, skipPermissions: true });
  }
}
