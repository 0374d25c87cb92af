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
    this.audienceFunction = lambda.Function.fromFunctionArn(this, 'Audience', attrs.audienceFunctionArn);
    this.hostFunction = lambda.Function.fromFunctionArn(this, 'Host', attrs.hostFunctionArn);
    this.roomFunction = lambda.Function.fromFunctionArn(this, 'Room', attrs.roomFunctionArn);
    this.reconcilerFunction = lambda.Function.fromFunctionArn(this, 'Reconciler', attrs.reconcilerFunctionArn);
  }
}
