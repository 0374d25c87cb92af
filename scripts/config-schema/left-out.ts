/**
 * Properties that a config file can't say, and why. Everything else must be in the schema: a property that is added to
 * the library gets there by itself, or fails the generator if it is of a type that needs a decision.
 */
export const LEFT_OUT: Record<string, string> = {
  'MediaReplicationStackProps.env': '`region` and `account` say it',
  'MediaReplicationStackProps.synthesizer': 'an object of an app; `bootstrapQualifier` says what most need of it',
  'MediaReplicationStackProps.analyticsReporting': 'nothing is reported without the AWS CDK CLI',
  'MediaReplicationStackProps.crossRegionReferences': 'this library has none',
  'MediaReplicationStackProps.suppressTemplateIndentation': 'about the text of the templates only',
  'MediaReplicaProps.stack': 'an object of an app',
  'S3MediaProxyOptions.vpc': 'needs the subnets and route tables too, which an app can look up',
  'S3MediaProxyOptions.vpcSubnets': 'goes with `vpc`',
  'LifecycleRule.expirationDate': 'a moment that passes; `expiration` says after how long',
  'Transition.transitionDate': 'a moment that passes; `transitionAfter` says after how long',
};
