import { isDeepStrictEqual } from 'node:util';
import { generatedName, Properties, ResourceContext, ResourceType } from './resource-type';
import { Bucket, bucketArn, checkConfiguration, ReplicationConfiguration } from '../../../simulators/s3';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
const BUCKET: ResourceType = {
  replacedBy: ['BucketName'],
  create: (properties, context) => {
    const { cloud, stack } = context;
    const name = properties.BucketName ?? generatedName(context).toLowerCase();
    const { region, account } = stack;
    const bucket = cloud.s3.buckets.create({ name, region, account, objectLock: properties.ObjectLockEnabled });
    try {
      configure(bucket, properties, {}, context);
    } catch (error) {
      cloud.s3.buckets.delete(name);
      throw error;
    }
    return { Ref: name, Arn: bucketArn(bucket), RegionalDomainName: `${name}.s3.${stack.region}.amazonaws.com` };
  },
  update: (properties, old, context) => {
    configure(context.cloud.s3.buckets.get(old.attributes.Ref), properties, old.properties, context);
  },
  delete: ({ attributes }, { cloud }) => cloud.s3.buckets.delete(attributes.Ref),
};

/** Puts the parts of the configuration that the template changes. Other tools can have changed the rest. */
function configure(bucket: Bucket, properties: Properties, old: Properties, { cloud }: ResourceContext): void {
  const isNew = Object.keys(old).length === 0;
  const changed = (part: string, put: (value: any) => void) => {
    if (isNew || !isDeepStrictEqual(properties[part], old[part])) put(properties[part]);
  };
  changed('VersioningConfiguration', (value) => {
    bucket.versioning = value?.Status ?? (bucket.versioning && 'Suspended');
  });
  changed('BucketEncryption', (value) => {
    const [{ BucketKeyEnabled = false, ServerSideEncryptionByDefault = {} }] =
      value?.ServerSideEncryptionConfiguration ?? [{}];
    bucket.encryption = { key: ServerSideEncryptionByDefault.KMSMasterKeyID, bucketKey: BucketKeyEnabled };
  });
  changed('LifecycleConfiguration', (value) => {
    bucket.lifecycle = value?.Rules.map(lifecycleRule);
  });
  changed('ReplicationConfiguration', (value) => {
    const configuration = value && replicationConfiguration(value);
    if (configuration) checkConfiguration(bucket, configuration, (name) => cloud.s3.buckets.find(name));
    bucket.replication = configuration;
  });
}

const API_NAMES: Readonly<Record<string, string>> = { Id: 'ID', TagFilter: 'Tag', TagFilters: 'Tags' };

function replicationConfiguration(value: any): ReplicationConfiguration {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part !== 'object' || part === null || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).map(([name, each]) => [API_NAMES[name] ?? name, each])),
  );
}

function lifecycleRule({ Id, Status, ExpirationInDays, Prefix = '', ...actions }: any): object {
  const known = ['AbortIncompleteMultipartUpload', 'NoncurrentVersionExpiration'];
  const unknown = Object.keys(actions).filter((each) => !known.includes(each));
  if (unknown.length > 0) throw new Error(`${unknown} of a lifecycle rule is not simulated.`);
  const Expiration = ExpirationInDays && { Days: ExpirationInDays };
  return { ID: Id, Status, Filter: { Prefix }, Expiration, ...actions };
}

const POLICY: ResourceType = {
  replacedBy: ['Bucket'],
  create: (properties, { cloud }) => {
    cloud.s3.buckets.get(properties.Bucket).policy = properties.PolicyDocument;
    return { Ref: properties.Bucket };
  },
  update: (properties, _, context) => POLICY.create(properties, context),
  delete: ({ properties }, { cloud }) => void (cloud.s3.buckets.get(properties.Bucket).policy = undefined),
};

/**
 * The resource of aws-cdk-lib's bucket notifications, whose function is not run: it is aws-cdk-lib's. It replaces all
 * notifications of a bucket in the app, and merges those of other buckets.
 */
const NOTIFICATIONS: ResourceType = {
  replacedBy: ['BucketName'],
  create: (properties, context) => {
    putNotifications(properties, context);
    return { Ref: context.logicalId };
  },
  update: (properties, _, context) => putNotifications(properties, context),
  delete: ({ properties }, context) => putNotifications({ ...properties, NotificationConfiguration: {} }, context),
};

function putNotifications(properties: Properties, { cloud, stack, logicalId }: ResourceContext): void {
  const { BucketName, NotificationConfiguration, Managed } = properties;
  const { TopicConfigurations = [], ...others } = NotificationConfiguration;
  if (Object.keys(others).length > 0) throw new Error(`Notifications by ${Object.keys(others)} are not simulated.`);
  const bucket = cloud.s3.buckets.get(BucketName);
  const prefix = `${stack.name}-${logicalId}-`;
  const kept = String(Managed) === 'true' ? [] : bucket.notifications.filter(({ Id = '' }) => !Id.startsWith(prefix));
  const own = TopicConfigurations.map((each: object, index: number) => ({ Id: prefix + index, ...each }));
  cloud.s3.putNotifications(bucket, [...kept, ...own]);
}

export const BUCKETS: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': BUCKET,
  'AWS::S3::BucketPolicy': POLICY,
  'Custom::S3BucketNotifications': NOTIFICATIONS,
};
