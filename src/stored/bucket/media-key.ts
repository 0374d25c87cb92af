import { Arn, ArnFormat, Aws, Stack, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { viaS3 } from '../../private/regions';

/** How an IAM statement names a key: exactly, or as "the key behind this alias in that region". */
export interface KeyScope {
  readonly resourceArn: string;
  readonly conditions: Record<string, Record<string, unknown>>;
}

export interface MediaKeyProps {
  /** The key as the stack of its copy sees it. */
  readonly key: kms.IKey;
  readonly region: string;
  readonly account: string;
  /** The alias that names the key from other stacks; not needed where the key's ARN is a literal. */
  readonly aliasName?: string;
  /** The stack in which `key.keyArn` is a plain reference. */
  readonly stack: Stack;
}

/**
 * The key of one copy, as it can be named from anywhere without a cross-region reference: by its ARN where that is a
 * literal or where the stack is its own, else by its alias.
 */
export class MediaKey {
  constructor(private readonly props: MediaKeyProps) {}

  get key(): kms.IKey {
    return this.props.key;
  }

  /** What a replication rule in another region takes as `ReplicaKmsKeyID`. */
  get replicaKmsKeyId(): string {
    const { aliasName, region, account } = this.props;
    return this.literalArn ?? `arn:${Aws.PARTITION}:kms:${region}:${account}:${aliasName}`;
  }

  /**
   * The key in a statement of a policy in `consumer`'s stack, narrowed to uses through S3 in the key's region.
   *
   * An alias can't be the resource of a cryptographic action, so that the resource is every key and the condition
   * leaves the one behind the alias: https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
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

/** The ARN of a key that was imported by it; an alias' ARN names no key in a policy, so it does not count. */
export function literalKeyArn(key: kms.IKey): string | undefined {
  return Token.isUnresolved(key.keyArn) || isAlias(key) ? undefined : key.keyArn;
}

export function isAlias(key: kms.IKey): key is kms.IAlias {
  return 'aliasName' in key;
}

/** The region that a key is known to be in; undefined where it can't be told. */
export function knownRegionOf(key: kms.IKey): string | undefined {
  const arn = literalKeyArn(key);
  if (arn) return Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME).region;
  // An alias that was imported by name carries the region of the stack that imported it, which says nothing.
  if (key.node.defaultChild === undefined) return undefined;
  return Token.isUnresolved(key.env.region) ? undefined : key.env.region;
}
