/**
 * Sources of credentials that the SDK loads only if the environment variables contain none. Lambda always sets them, so
 * that the bundles do without these packages, which are a quarter of a bundle.
 */
export const UNUSED_CREDENTIALS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];
