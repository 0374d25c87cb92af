import { isAllowed, PolicyDocument, Principal } from './policies';
import { accountOf, Roles } from './roles';

export interface Key {
  readonly arn: string;
  policy: PolicyDocument;
  /** Keys that are disabled or pending deletion cannot be used. */
  enabled: boolean;
}

/** The KMS keys of all accounts, and their aliases. */
export class Keys {
  private readonly keys = new Map<string, Key>();
  /** The ARN of the key by the ARN of the alias. */
  private readonly aliases = new Map<string, string>();

  constructor(private readonly roles: Roles) {}

  put(arn: string, policy: PolicyDocument): void {
    const key = this.keys.get(arn);
    if (key) key.policy = policy;
    else this.keys.set(arn, { arn, policy, enabled: true });
  }

  get(arn: string): Key | undefined {
    return this.keys.get(arn);
  }

  putAlias(aliasArn: string, keyArn: string): void {
    this.aliases.set(aliasArn, keyArn);
  }

  hasAlias(aliasArn: string): boolean {
    return this.aliases.has(aliasArn);
  }

  /** The ARNs of the aliases of a key. */
  aliasesOf(keyArn: string): string[] {
    return [...this.aliases].filter(([, each]) => each === keyArn).map(([alias]) => alias);
  }

  deleteAlias(aliasArn: string): void {
    this.aliases.delete(aliasArn);
  }

  /**
   * The key that a name refers to in a region of an account: the ARN or the ID of a key, or the ARN or the name of an alias.
   * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
   */
  resolve(name: string, region: string, account: string): Key | undefined {
    const arn = name.startsWith('arn:')
      ? name
      : `arn:aws:kms:${region}:${account}:${name.startsWith('alias/') ? name : `key/${name}`}`;
    return this.keys.get(this.aliases.get(arn) ?? arn);
  }

  /**
   * Whether S3 can use a key on behalf of a principal.
   *
   * @param forArn the encryption context: the object, or the bucket if it has a Bucket Key
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
   */
  canUse(principal: Principal, action: string, keyArn: string, forArn: string): boolean {
    const key = this.keys.get(keyArn);
    if (!key?.enabled) return false;
    const [, , , region] = keyArn.split(':');
    const context = {
      'aws:principalarn': principal.id,
      'aws:resourceaccount': accountOf(keyArn),
      'kms:viaservice': `s3.${region}.amazonaws.com`,
      'kms:resourcealiases': this.aliasesOf(keyArn).map((alias) => alias.split(':')[5]),
      'kms:encryptioncontext:aws:s3:arn': forArn,
    };
    const request = { principal, action, resource: keyArn, resourceAccount: accountOf(keyArn), context };
    return isAllowed(request, {
      identity: this.roles.policiesOf(principal),
      resource: key.policy,
      resourceDecides: true,
    });
  }
}
