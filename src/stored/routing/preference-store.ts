import { Duration, Stack } from 'aws-cdk-lib';
import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { PreferencesDocument, REGIONS_VARIABLE } from './contract';
import { handlerFunction } from '../../private/handler-function';

export interface PreferenceStoreProps {
  readonly name: string;
  readonly initial: PreferencesDocument;
  /** The regions of the copies, the primary's first. */
  readonly regions: string[];
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Preferences in AppConfig. A document takes effect only if the validator accepts it, which parses it like the router.
 *
 * A deployment of the stack overwrites the document only if the initial preferences have changed.
 */
export class PreferenceStore extends Construct {
  /** The ids of the application, environment and configuration profile. */
  readonly address: [application: string, environment: string, profile: string];

  constructor(scope: Construct, id: string, props: PreferenceStoreProps) {
    super(scope, id);
    const { name } = props;
    const application = new appconfig.CfnApplication(this, 'Application', { name });
    const environment = new appconfig.CfnEnvironment(this, 'Environment', {
      applicationId: application.ref,
      name: 'live',
    });
    const validator = this.createValidator(props);
    const profile = new appconfig.CfnConfigurationProfile(this, 'Preferences', {
      applicationId: application.ref,
      name: 'preferences',
      locationUri: 'hosted',
      type: 'AWS.Freeform',
      validators: [{ type: 'LAMBDA', content: validator.functionArn }],
    });
    this.address = [application.ref, environment.ref, profile.ref];

    const version = new appconfig.CfnHostedConfigurationVersion(this, 'InitialVersion', {
      applicationId: application.ref,
      configurationProfileId: profile.ref,
      contentType: 'application/json',
      content: Stack.of(this).toJsonString(props.initial),
    });
    // AppConfig's predefined strategy of this name would delay each deployment of the stack by 10 minutes.
    const strategy = new appconfig.CfnDeploymentStrategy(this, 'AllAtOnce', {
      name: `${name}-all-at-once`,
      deploymentDurationInMinutes: 0,
      growthFactor: 100,
      finalBakeTimeInMinutes: 0,
      replicateTo: 'NONE',
    });
    const deployment = new appconfig.CfnDeployment(this, 'InitialDeployment', {
      applicationId: application.ref,
      environmentId: environment.ref,
      configurationProfileId: profile.ref,
      configurationVersion: version.ref,
      deploymentStrategyId: strategy.ref,
    });
    deployment.node.addDependency(validator);
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    const [application, environment, profile] = this.address;
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'appconfig',
          resource: 'application',
          resourceName: `${application}/environment/${environment}/configuration/${profile}`,
        }),
      ],
    });
  }

  private createValidator({ regions, runtime, logRetention }: PreferenceStoreProps): lambda.Function {
    const validator = handlerFunction(this, 'Validator', {
      handler: 'stored/routing/preferences-validator',
      description: 'Validates preferences of a media router before they take effect',
      environment: { [REGIONS_VARIABLE]: Stack.of(this).toJsonString(regions) },
      memorySize: 512,
      timeout: Duration.seconds(10),
      runtime,
      logRetention,
    });
    validator.addPermission('AppConfig', { principal: new iam.ServicePrincipal('appconfig.amazonaws.com') });
    return validator;
  }
}
