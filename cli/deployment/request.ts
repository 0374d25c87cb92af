import { createHash } from 'node:crypto';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { assetsOf } from './assets';
import { withoutBootstrap } from './plain-template';

/** Larger templates must be uploaded to a bucket. */
export const MAX_DIRECT_TEMPLATE_BYTES = 51_200;
export const DEFAULT_QUALIFIER = 'hnb659fds';
/** The prefix of the buckets for functions and large templates, and of the keys of templates. */
export const DEFAULT_PREFIX = 'cdk-media-replication';

/** The template that the deployment scripts use. */
export function plainTemplateOf(stack: CloudFormationStackArtifact): Record<string, any> {
  return withoutBootstrap(stack.template, [...new Set(assetsOf(stack).map(({ bucket }) => bucket))]);
}

/** The options of a change set. */
export function requestOf({ template, tags = {}, notificationArns = [] }: CloudFormationStackArtifact) {
  const types = Object.values<any>(template.Resources).map(({ Type }) => Type);
  return {
    Capabilities: types.some((type) => type.startsWith('AWS::IAM::')) ? ['CAPABILITY_NAMED_IAM'] : [],
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    NotificationARNs: notificationArns,
  };
}

/** The key of a template in the bucket. */
export function templateKey(text: string): string {
  return `${DEFAULT_PREFIX}/${createHash('sha256').update(text).digest('hex')}.json`;
}

/** The account of a stack, if the config specifies it. */
export function knownAccount({ environment: { account } }: CloudFormationStackArtifact): string | undefined {
  return /^\d{12}$/.test(account) ? account : undefined;
}
