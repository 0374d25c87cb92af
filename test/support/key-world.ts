import { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';

export const ACCOUNT = '111111111111';

/** An object in a copy. Without a key, S3 manages the key. */
export interface StoredObject {
  readonly name: string;
  readonly region: string;
  readonly key?: string;
}

interface Deployed {
  readonly region: string;
  readonly account: string;
  readonly resources: Record<string, any>;
}

interface Role {
  readonly name: string;
  readonly account: string;
  readonly statements: any[];
}

/**
 * Deployed templates, with just enough of KMS and S3 to tell which role can use which key, and what S3 Replication does
 * with an object. It fails on any policy that contains more than it knows.
 *
 * - A key or alias that a template no longer contains: the key remains with its last policy, the alias does not.
 * - A change of a bucket's encryption applies to new objects only.
 * - S3 does not replicate objects that are encrypted with KMS under a rule without `SseKmsEncryptedObjects`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export class KeyWorld {
  readonly objects: StoredObject[] = [];
  private readonly stacks = new Map<string, Deployed>();
  private readonly keys = new Map<string, string>();
  private readonly keyPolicies = new Map<string, any[]>();
  private createdKeys = 0;

  /** Updates one stack. */
  deploy({ stackName, template, environment }: CloudFormationStackArtifact): void {
    const { region } = environment;
    const account = environment.account === 'unknown-account' ? ACCOUNT : environment.account;
    const former = this.stacks.get(stackName)?.resources ?? {};
    for (const [id, { Type }] of Object.entries<any>(template.Resources)) {
      if (Type !== 'AWS::KMS::Key' || former[id]) continue;
      this.keys.set(`${stackName}.${id}`, `arn:aws:kms:${region}:${account}:key/${++this.createdKeys}`);
    }
    const resources = this.fill(template.Resources, stackName, region, account);
    this.stacks.set(stackName, { region, account, resources });
    for (const [id, { Type, Properties }] of Object.entries<any>(resources)) {
      if (Type === 'AWS::KMS::Key') {
        this.keyPolicies.set(this.keys.get(`${stackName}.${id}`)!, Properties.KeyPolicy.Statement);
      }
    }
  }

  /** The ARN of the key that has an alias in a region; undefined if none has. */
  keyOf(aliasName: string, region: string): string | undefined {
    const aliases = this.all('AWS::KMS::Alias').filter(({ stack }) => stack.region === region);
    return aliases.find(({ Properties }) => Properties.AliasName === aliasName)?.Properties.TargetKeyId;
  }

  /** Puts an object into the copy of a region, and replicates it to the others. Returns what S3 did. */
  upload(name: string, region: string): Record<string, 'replicated' | 'failed' | 'skipped'> {
    const { Properties, stack } = this.bucketIn(region);
    const [{ ServerSideEncryptionByDefault: encryption }] =
      Properties.BucketEncryption.ServerSideEncryptionConfiguration;
    const source = { name, region, key: this.resolveKey(encryption.KMSMasterKeyID) };
    this.objects.push(source);
    const { Role: roleArn, Rules: rules } = Properties.ReplicationConfiguration;
    const [, role] = /:role\/(.*)$/.exec(roleArn)!;
    const results = rules.map(({ Destination, SourceSelectionCriteria }: any) => {
      const bucket = this.all('AWS::S3::Bucket').find((each) => bucketArn(each.Properties) === Destination.Bucket)!;
      const to = bucket.stack.region;
      if (!source.key) {
        this.objects.push({ name, region: to });
        return [to, 'replicated'];
      }
      if (SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status !== 'Enabled') return [to, 'skipped'];
      const key = this.resolveKey(Destination.EncryptionConfiguration.ReplicaKmsKeyID);
      const canReplicate =
        key !== undefined &&
        this.isAllowed(this.role(role), 'kms:Decrypt', source.key, bucketArn(Properties)) &&
        this.isAllowed(this.role(role), 'kms:Encrypt', key, Destination.Bucket);
      if (canReplicate) this.objects.push({ name, region: to, key });
      return [to, canReplicate ? 'replicated' : 'failed'];
    });
    expect(stack.region).toBe(region);
    return Object.fromEntries(results);
  }

  /** The objects that a role cannot decrypt, as `role: object in region`. */
  unreadable(...roles: string[]): string[] {
    return roles.flatMap((role) =>
      this.objects
        .filter(({ key, region }) => key && !this.isAllowed(this.role(role), 'kms:Decrypt', key, this.arnIn(region)))
        .map(({ name, region }) => `${role}: ${name} in ${region}`),
    );
  }

  /** Whether a role can upload to the copy of a region with the bucket's default encryption. */
  canUpload(role: string, region: string): boolean {
    const [{ ServerSideEncryptionByDefault: encryption }] =
      this.bucketIn(region).Properties.BucketEncryption.ServerSideEncryptionConfiguration;
    const key = this.resolveKey(encryption.KMSMasterKeyID);
    return !key || this.isAllowed(this.role(role), 'kms:GenerateDataKey', key, this.arnIn(region));
  }

  isAllowed(role: Role, action: string, keyArn: string, s3Arn: string): boolean {
    const [, , , region, account] = keyArn.split(':');
    const aliases = this.all('AWS::KMS::Alias').filter(({ Properties }) => Properties.TargetKeyId === keyArn);
    const context: Record<string, string[]> = {
      'kms:ViaService': [`s3.${region}.amazonaws.com`],
      'kms:ResourceAliases': aliases.map(({ Properties }) => Properties.AliasName),
      'kms:EncryptionContext:aws:s3:arn': [s3Arn],
      'aws:PrincipalArn': [`arn:aws:iam::${role.account}:role/${role.name}`],
    };
    const allows = (statements: any[], resource: string) =>
      statements.some(
        (each) =>
          list(each.Action).some((pattern) => like(pattern, action)) &&
          list(each.Resource).some((pattern) => like(pattern, resource)) &&
          isMet(each.Condition ?? {}, context),
      );
    const ofAccount = (this.keyPolicies.get(keyArn) ?? [delegation(account)]).filter(
      ({ Principal }) => Principal.AWS === `arn:aws:iam::${role.account}:root`,
    );
    return allows(role.statements, keyArn) && allows(ofAccount, keyArn);
  }

  role(name: string): Role {
    const found = this.all('AWS::IAM::Role').find((role) => role.name === name)!;
    const policies = this.all('AWS::IAM::Policy').filter(({ Properties }) => Properties.Roles.includes(name));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.filter(({ Effect }) => Effect !== 'Allow')).toEqual([]);
    return { name, account: found.stack.account, statements };
  }

  /** The role that S3 assumes. */
  replicationRole(): Role {
    return this.role(this.all('AWS::IAM::Role').find(({ name }) => name.includes('ReplicationRole'))!.name);
  }

  private bucketIn(region: string) {
    return this.all('AWS::S3::Bucket').find(({ stack }) => stack.region === region)!;
  }

  arnIn(region: string): string {
    return bucketArn(this.bucketIn(region).Properties);
  }

  private resolveKey(name: string | undefined): string | undefined {
    if (!name?.includes(':alias/')) return name;
    const [, , , region, , alias] = name.split(':');
    return this.keyOf(alias, region);
  }

  private all(type: string): { name: string; stack: Deployed; Properties: any }[] {
    return [...this.stacks].flatMap(([stackName, stack]) =>
      Object.entries(stack.resources)
        .filter(([, { Type }]) => Type === type)
        .map(([id, { Properties }]) => ({ name: Properties.RoleName ?? `${stackName}.${id}`, stack, Properties })),
    );
  }

  private fill(value: any, stackName: string, region: string, account: string): any {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    const nameOf = (id: string) => value[id]?.Properties.RoleName ?? `${stackName}.${id}`;
    const fill = (part: any): any => {
      if (Array.isArray(part)) return part.map(fill);
      if (typeof part !== 'object' || part === null) return part;
      if (part.Ref) return pseudo[part.Ref] ?? nameOf(part.Ref);
      if (part['Fn::GetAtt']) {
        const [id] = part['Fn::GetAtt'];
        return this.keys.get(`${stackName}.${id}`) ?? `arn:aws:iam::${account}:role/${nameOf(id)}`;
      }
      if (part['Fn::Join']) return fill(part['Fn::Join'][1]).join(part['Fn::Join'][0]);
      return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, fill(each)]));
    };
    return fill(value);
  }
}

/** The statement of a default key policy, by which IAM policies of the account decide. */
const delegation = (account: string) => ({
  Action: 'kms:*',
  Resource: '*',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
});

const bucketArn = ({ BucketName }: any) => `arn:aws:s3:::${BucketName}`;

const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

const like = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);

const OPERATORS: Record<string, (expected: string, actual: string) => boolean> = {
  StringEquals: (expected, actual) => expected === actual,
  'ForAnyValue:StringEquals': (expected, actual) => expected === actual,
  ArnEquals: (expected, actual) => expected === actual,
  StringLike: like,
};

function isMet(condition: Record<string, Record<string, string | string[]>>, context: Record<string, string[]>) {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const matches = OPERATORS[operator];
      const actual = context[key];
      if (!matches || !actual) throw new Error(`Unknown condition: ${operator} on ${key}`);
      return actual.some((each) => list(expected).some((value) => matches(value, each)));
    }),
  );
}
