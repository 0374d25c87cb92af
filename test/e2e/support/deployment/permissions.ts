import { Attributes, generatedName, Properties, ResourceContext, ResourceType } from './resource-type';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: any;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
const ROLE: ResourceType = {
  replacedBy: ['RoleName'],
  create: (properties, context) => {
    const RoleName = properties.RoleName ?? generatedName(context);
    const Arn = roleArn(RoleName, context);
    if (context.cloud.s3.roles.has(Arn)) throw new Error(`The role ${RoleName} already exists.`);
    putRole(Arn, properties, context);
    return { Ref: RoleName, Arn };
  },
  update: (properties, { attributes, properties: { Policies: old = [] } }, context) => {
    for (const { PolicyName } of old as InlinePolicy[]) context.cloud.s3.roles.deletePolicy(attributes.Arn, PolicyName);
    putRole(attributes.Arn, properties, context);
  },
  delete: ({ attributes }, { cloud }) => cloud.s3.roles.delete(attributes.Arn),
};

const roleArn = (name: string, { stack }: ResourceContext) => `arn:aws:iam::${stack.account}:role/${name}`;

function putRole(arn: string, { AssumeRolePolicyDocument, Policies = [] }: Properties, { cloud }: ResourceContext) {
  cloud.s3.roles.put(arn, AssumeRolePolicyDocument);
  for (const { PolicyName, PolicyDocument } of Policies as InlinePolicy[]) {
    cloud.s3.roles.putPolicy(arn, PolicyName, PolicyDocument);
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html */
const POLICY: ResourceType = {
  create: (properties, context) => {
    for (const name of properties.Roles) {
      context.cloud.s3.roles.putPolicy(roleArn(name, context), properties.PolicyName, properties.PolicyDocument);
    }
    return { Ref: properties.PolicyName };
  },
  update: (properties, old, context) => {
    void POLICY.delete!(old, context);
    return POLICY.create(properties, context);
  },
  delete: ({ properties: { Roles, PolicyName } }, context) => {
    for (const name of Roles) context.cloud.s3.roles.deletePolicy(roleArn(name, context), PolicyName);
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
const KEY: ResourceType = {
  create: ({ KeyPolicy }, { cloud, stack }) => {
    const Ref = cloud.random(32);
    const Arn = `arn:aws:kms:${stack.region}:${stack.account}:key/${Ref}`;
    cloud.s3.keys.put(Arn, KeyPolicy);
    return { Ref, Arn };
  },
  update: ({ KeyPolicy }, { attributes }, { cloud }) => cloud.s3.keys.put(attributes.Arn, KeyPolicy),
  // The key is pending deletion, and cannot be used any more.
  delete: ({ attributes }, { cloud }) => void (cloud.s3.keys.get(attributes.Arn)!.enabled = false),
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html */
const ALIAS: ResourceType = {
  replacedBy: ['AliasName'],
  create: (properties, context) => {
    const { AliasName } = properties;
    if (context.cloud.s3.keys.hasAlias(aliasArn(AliasName, context))) throw new Error(`${AliasName} already exists.`);
    return putAlias(properties, context);
  },
  update: (properties, _, context) => putAlias(properties, context),
  delete: ({ attributes }, context) => context.cloud.s3.keys.deleteAlias(aliasArn(attributes.Ref, context)),
};

const aliasArn = (name: string, { stack }: ResourceContext) => `arn:aws:kms:${stack.region}:${stack.account}:${name}`;

function putAlias({ AliasName, TargetKeyId }: Properties, context: ResourceContext): Attributes {
  const { keys } = context.cloud.s3;
  const key = keys.resolve(TargetKeyId, context.stack.region, context.stack.account);
  if (!key) throw new Error(`${TargetKeyId} does not exist.`);
  keys.putAlias(aliasArn(AliasName, context), key.arn);
  return { Ref: AliasName };
}

export const PERMISSIONS: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Policy': POLICY,
  'AWS::IAM::Role': ROLE,
  'AWS::KMS::Alias': ALIAS,
  'AWS::KMS::Key': KEY,
};
