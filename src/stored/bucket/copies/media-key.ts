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
  /** The alias that other stacks use. Without one, they refer to the key's ARN. Not needed if the ARN is a literal. */
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

  /** The ARN of the key or of its alias: the `ReplicaKmsKeyID` of a replication rule in another region. */
  get arn(): string {
    const { aliasName, region, account, key } = this.props;
    if (this.literalArn) return this.literalArn;
    return aliasName ? `arn:${Aws.PARTITION}:kms:${region}:${account}:${aliasName}` : key.keyArn;
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
    const { conditions } = this.ownScope;
    if (this.literalArn) return { resourceArn: this.literalArn, conditions };
    const isLocal = consumer && Stack.of(consumer) === stack && !isAlias(key);
    if (isLocal || !aliasName) return { resourceArn: key.keyArn, conditions };
    return {
      resourceArn: `arn:${Aws.PARTITION}:kms:${region}:${account}:key/*`,
      conditions: { ...conditions, 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliasName } },
    };
  }

  /** How the policy of the key names it: without its alias, which can be deleted or moved while the policy remains. */
  get ownScope(): KeyScope {
    return { resourceArn: '*', conditions: { StringEquals: { 'kms:ViaService': viaS3(this.props.region) } } };
  }

  private get literalArn(): string | undefined {
    return literalKeyArn(this.props.key);
  }
}

/** The ARN of a key that was imported by its ARN. Undefined for an alias, whose ARN does not name a key in a policy. */
export function literalKeyArn(key: kms.IKey): string | undefined {
  return Token.isUnresolved(key.keyArn) || isAlias(key) ? undefined : key.keyArn;
}

/** The literal name of an alias: later versions of aws-cdk-lib return a reference for an alias of the app. */
export function aliasNameOf(alias: kms.IAlias): string {
  const resource = alias.node.defaultChild as kms.CfnAlias | undefined;
  return resource?.aliasName ?? alias.aliasName;
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
