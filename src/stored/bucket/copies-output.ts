import { Duration, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MediaCopyAttributes, MediaReplicaAttributes, ReplicatedMediaBucketAttributes } from './attributes';
import { MediaCopy } from './copies/media-copy';
import { Replica } from './copies/replica';
import { describeReplica } from './replica-description';
import { invalid } from '../../private/problems';

/** The version of the format. An app can read the output of another only if both have the same. */
const VERSION = 1;

/** A copy, with its keys by ARN or by the ARN of an alias. Without a key, S3 manages the keys. */
interface CopyJson {
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  readonly encryptionKey?: string;
  readonly formerEncryptionKeys?: string[];
}

/** `MediaReplicaAttributes` as JSON. Properties with their default are left out. */
interface ReplicaJson extends CopyJson, Omit<MediaReplicaAttributes, keyof MediaCopyAttributes | 'storageClass'> {
  readonly storageClass?: string;
  readonly objectLifetimeDays?: number;
}

/** The output `Copies`: what an importing app must know. */
interface CopiesJson {
  readonly version: number;
  readonly writeToReplicas?: boolean;
  readonly replicationTableName?: string;
  readonly primary: CopyJson;
  readonly replicas: ReplicaJson[];
}

export interface DescribedMedia {
  readonly primary: MediaCopy;
  readonly replicas: Replica[];
  readonly writeToReplicas: boolean;
  /** The name of the table with the replication state. Undefined without such a table. */
  readonly replicationTableName?: string;
}

/** Describes all copies. The account and the partition can be tokens. */
export function describeCopies(media: DescribedMedia): CopiesJson {
  const { primary, replicas, writeToReplicas, replicationTableName } = media;
  return {
    version: VERSION,
    writeToReplicas: writeToReplicas || undefined,
    replicationTableName,
    primary: describeCopy(primary),
    replicas: replicas.map((replica) => {
      const { objectLifetime, storageClass, ...description } = describeReplica(replica);
      const { url, primaryUrl } = replica.proxy ?? {};
      return {
        ...describeCopy(replica.copy),
        ...description,
        enabled: replica.enabled ? undefined : false,
        storageClass: storageClass?.value,
        objectLifetimeDays: objectLifetime?.toDays(),
        proxyUrl: Token.isUnresolved(url) ? undefined : url,
        proxyPrimaryUrl: Token.isUnresolved(primaryUrl) ? undefined : primaryUrl,
      };
    }),
  };
}

/**
 * Reads the value of the output `Copies`.
 *
 * @param scope the parent of the imported keys
 * @throws if the value is not such an output, or one of another version
 */
export function attributesFrom(scope: Construct, json: string): ReplicatedMediaBucketAttributes {
  const { primary, replicas, writeToReplicas, replicationTableName } = parse(scope, json);
  const keyOf = (arn: string, index: number, { region }: CopyJson): kms.IKey => {
    const [, alias] = /:(alias\/.+)$/.exec(arn) ?? [];
    const id = `Key-${region}-${index}`;
    return alias ? kms.Alias.fromAliasName(scope, id, alias) : kms.Key.fromKeyArn(scope, id, arn);
  };
  const keysOf = (copy: CopyJson) => {
    const { encryptionKey, formerEncryptionKeys = [] } = copy;
    return {
      encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: encryptionKey ? keyOf(encryptionKey, 0, copy) : undefined,
      formerEncryptionKeys: formerEncryptionKeys.map((arn, index) => keyOf(arn, index + 1, copy)),
    };
  };
  return {
    primary: { ...primary, ...keysOf(primary) },
    replicas: replicas.map(({ storageClass, objectLifetimeDays, ...replica }) => ({
      ...replica,
      ...keysOf(replica),
      storageClass: storageClass === undefined ? undefined : new s3.StorageClass(storageClass),
      objectLifetime: objectLifetimeDays === undefined ? undefined : Duration.days(objectLifetimeDays),
    })),
    writeToReplicas,
    replicationTableName,
  };
}

function describeCopy({ bucketName, region, account, key, formerKeys }: MediaCopy): CopyJson {
  const former = formerKeys.map(({ arn }) => arn);
  return {
    bucketName,
    region,
    account,
    encryptionKey: key?.arn,
    formerEncryptionKeys: former.length > 0 ? former : undefined,
  };
}

function parse(scope: Construct, json: string): CopiesJson {
  const property = 'json';
  const expected = 'the value of the output `Copies` of a ReplicatedMediaBucket';
  if (Token.isUnresolved(json)) {
    throw invalid(scope, {
      property,
      got: 'a value that is known only at deployment',
      expected: `${expected} as a literal, because policies and names are derived from it at synthesis`,
      fix: 'Save the value with `aws cloudformation describe-stacks` in a file of this app or in the context in cdk.json.',
    });
  }
  let parsed: Partial<CopiesJson> | undefined;
  try {
    parsed = JSON.parse(json);
  } catch {
    // reported below
  }
  if (!parsed?.primary || !Array.isArray(parsed.replicas)) {
    throw invalid(scope, {
      property,
      got: json.slice(0, 100),
      expected,
      fix: 'Read it with `aws cloudformation describe-stacks`. A lookup of an SSM parameter returns another value at first: specify a default value and test for it.',
    });
  }
  if (parsed.version !== VERSION) {
    throw invalid(scope, {
      property: `${property}.version`,
      got: parsed.version,
      expected: `${VERSION}, the format of this version of cdk-media-replication`,
      fix: 'Use the same version of cdk-media-replication in both apps, deploy the app that creates the buckets, and read its output again.',
    });
  }
  return parsed as CopiesJson;
}
