import { Arn, ArnFormat, Aws, Stack, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { viaS3 } from '../../../private/regions';

/** How an IAM statement names a key: by its ARN, or as the key with a certain alias. */
export interface KeyScope {
  readonly resourceArn: string;
  readonly conditions: Record<string, Record<string, unknown>>;
}

export interface MediaKeyProps {
  /** The key, as constructs in the stack of its copy refer to it. */
  readonly key: kms.IKey;
  readonly region: string;
  readonly account: string;
  /** The alias that other stacks use. Not needed if the key's ARN is a literal. */
  readonly aliasName?: string;
  /** The stack that can refer to `key.keyArn` directly. */
  readonly stack: Stack;
}

/**
 * The key of one copy. Every stack can name it without a cross-region reference: by its ARN if that is a literal or a
 * resource of the same stack, otherwise by its alias.
 */
export class MediaKey {
  constructor(private readonly props: MediaKeyProps) {}

  get key(): kms.IKey {
    return this.props.key;
  }

  /** The `ReplicaKmsKeyID` of a replication rule in another region. */
  get replicaKmsKeyId(): string {
    const { aliasName, region, account } = this.props;
    return this.literalArn ?? `arn:${Aws.PARTITION}:kms:${region}:${account}:${aliasName}`;
  }

  /**
   * Returns how a policy in the stack of `consumer` names the key, restricted to requests through S3 in the key's region.
   *
   * KMS does not accept an alias as the resource of a cryptographic action. The resource is therefore every key, and a
   * condition selects the key with the alias.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
   */
  scopeFor(consumer: IConstruct | undefined): KeyScope {
    const { aliasName, region, account, stack, key } = this.props;
    const throughS3 = { StringEquals: { 'kms:ViaService': viaS3(region) } };
    if (this.literalArn) return { resourceArn: this.literalArn, conditions: throughS3 };
    if (consumer && Stack.of(consumer) === stack && !isAlias(key)) {
      return { resourceArn: key.keyArn, conditions: throughS3 };
    }
    return {
      resourceArn: `arn:${Aws.PARTITION}:kms:${region}:${account}:key/*`,
      conditions: { ...throughS3, 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliasName } },
    };
  }

  private get literalArn(): string | undefined {
    return literalKeyArn(this.props.key);
  }
}

/** The ARN of a key that was imported by its ARN. Undefined for an alias, whose ARN does not name a key in a policy. */
export function literalKeyArn(key: kms.IKey): string | undefined {
  return Token.isUnresolved(key.keyArn) || isAlias(key) ? undefined : key.keyArn;
}

export function isAlias(key: kms.IKey): key is kms.IAlias {
  return 'aliasName' in key;
}

/** The region of a key; undefined if it is unknown. */
export function knownRegionOf(key: kms.IKey): string | undefined {
  const arn = literalKeyArn(key);
  if (arn) return Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME).region;
  // The region of an imported alias is that of the importing stack, not that of the key.
  if (key.node.defaultChild === undefined) return undefined;
  return Token.isUnresolved(key.env.region) ? undefined : key.env.region;
}
