import { isDeepStrictEqual } from 'node:util';
import { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { BUCKETS } from './buckets';
import { Cloud } from './cloud';
import { CUSTOM_RESOURCE, FUNCTIONS } from './functions';
import { PERMISSIONS } from './permissions';
import { QUERIES } from './queries';
import { Attributes, DeployedResource, ResourceContext, ResourceType, StackAddress } from './resource-type';
import { TOPICS } from './topics';
import { fillIn, Resolve } from '../deployed-function';

/** The account of stacks without an account. */
export const ACCOUNT = '111111111111';

/** Types without an effect on media. */
const WITHOUT_EFFECT = [
  'AWS::AppConfig::Application',
  'AWS::AppConfig::ConfigurationProfile',
  'AWS::AppConfig::Deployment',
  'AWS::AppConfig::DeploymentStrategy',
  'AWS::AppConfig::Environment',
  'AWS::AppConfig::HostedConfigurationVersion',
  'AWS::CloudWatch::Alarm',
  'AWS::FIS::ExperimentTemplate',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
];
const NO_EFFECT: ResourceType = { create: (_, { logicalId }) => ({ Ref: logicalId, Arn: `arn:of:${logicalId}` }) };

const TYPES: Readonly<Record<string, ResourceType>> = {
  ...BUCKETS,
  ...FUNCTIONS,
  ...PERMISSIONS,
  ...QUERIES,
  ...TOPICS,
  ...Object.fromEntries(WITHOUT_EFFECT.map((type) => [type, NO_EFFECT])),
};

/** A resource as a template defines it. */
interface Definition {
  readonly Type: string;
  readonly Properties?: object;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

interface StackResource extends DeployedResource {
  readonly definition: Definition;
}

interface DeployedStack extends StackAddress {
  readonly resources: Map<string, StackResource>;
}

/** What happens to a resource, after which a test can do something. */
export interface Progress {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly change: 'create' | 'update' | 'replace' | 'delete';
}

export type During = (progress: Progress) => Promise<void> | void;

/**
 * CloudFormation, and the command `cdk deploy --all`: stacks are deployed in the order of their dependencies, and stay
 * when they leave the app. Rollbacks are left out: after a failure, the test is over.
 *
 * - Order of updates and cleanup: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 * - Policies: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export class Deployments {
  private readonly stacks = new Map<string, DeployedStack>();

  constructor(private readonly cloud: Cloud) {}

  async deploy(assembly: CloudAssembly, during: During = () => undefined): Promise<void> {
    for (const artifact of inOrder(assembly)) await this.deployStack(assembly, artifact, during);
  }

  /** Deletes a stack, as `aws cloudformation delete-stack` does. */
  async destroy(stackName: string): Promise<void> {
    const stack = this.stackCalled(stackName);
    const ids = sorted([...stack.resources].map(([id, { definition }]) => [id, definition])).reverse();
    for (const id of ids) {
      const resource = stack.resources.get(id)!;
      if (!isRetained(resource.definition.DeletionPolicy)) await this.remove(stack, id, resource);
    }
    this.stacks.delete(keyOf(stack));
  }

  /** What a reference of a stack's template refers to. */
  resolve(stackName: string, value: unknown): any {
    const stack = this.stackCalled(stackName);
    return fillIn(value, stack.region, resolverOf(stack));
  }

  /** The stacks in a region. */
  stackNames(region: string): string[] {
    return [...this.stacks.values()].filter((stack) => stack.region === region).map(({ name }) => name);
  }

  private stackCalled(name: string): DeployedStack {
    const stack = [...this.stacks.values()].find((each) => each.name === name);
    if (!stack) throw new Error(`There is no stack ${name}.`);
    return stack;
  }

  private async deployStack(assembly: CloudAssembly, artifact: CloudFormationStackArtifact, during: During) {
    const { account, region } = artifact.environment;
    const address = { name: artifact.stackName, region, account: account === 'unknown-account' ? ACCOUNT : account };
    const stack = this.stacks.get(keyOf(address)) ?? { ...address, resources: new Map<string, StackResource>() };
    this.stacks.set(keyOf(stack), stack);
    const definitions: Record<string, Definition> = artifact.template.Resources ?? {};
    const order = sorted(Object.entries(definitions));
    const removed = sorted([...stack.resources].map(([id, { definition }]) => [id, definition]))
      .reverse()
      .filter((id) => !definitions[id]);
    const replaced: [string, StackResource][] = [];
    for (const logicalId of order) {
      const old = stack.resources.get(logicalId);
      const change = await this.put(assembly, stack, logicalId, definitions[logicalId]);
      if (!change) continue;
      if (change === 'replace') replaced.unshift([logicalId, old!]);
      await during({ stack: stack.name, logicalId, type: definitions[logicalId].Type, change });
    }
    // The cleanup: replaced and removed resources are deleted when everything else has been updated.
    for (const [logicalId, old] of replaced) {
      if (!isRetained(old.definition.UpdateReplacePolicy)) await this.remove(stack, logicalId, old);
    }
    for (const logicalId of removed) {
      const old = stack.resources.get(logicalId)!;
      if (!isRetained(old.definition.DeletionPolicy)) {
        await this.remove(stack, logicalId, old);
        await during({ stack: stack.name, logicalId, type: old.type, change: 'delete' });
      }
      stack.resources.delete(logicalId);
    }
  }

  /** @returns undefined if nothing changed */
  private async put(assembly: CloudAssembly, stack: DeployedStack, logicalId: string, definition: Definition) {
    const { Type } = definition;
    const resolve = resolverOf(stack);
    const properties = fillIn(definition.Properties ?? {}, stack.region, resolve);
    const context = { cloud: this.cloud, stack, logicalId, type: Type, assembly, resolve };
    const old = stack.resources.get(logicalId);
    const handler = typeOf(Type);
    const keep = (attributes: Attributes) =>
      stack.resources.set(logicalId, { type: Type, properties, attributes, definition });
    if (old && isDeepStrictEqual(old.properties, properties)) {
      keep(old.attributes);
      return undefined;
    }
    return this.described(stack, logicalId, async () => {
      const isReplaced =
        old &&
        (old.type !== Type ||
          (handler.replacedBy ?? []).some((name) => !isDeepStrictEqual(old.properties[name], properties[name])));
      if (!old || isReplaced) {
        keep(await handler.create(properties, context));
        return isReplaced ? 'replace' : 'create';
      }
      const attributes = (await handler.update?.(properties, old, context)) ?? old.attributes;
      keep(attributes);
      return attributes.Ref === old.attributes.Ref ? 'update' : 'replace';
    });
  }

  private remove(stack: DeployedStack, logicalId: string, resource: StackResource): Promise<void> {
    const assembly = undefined as unknown as CloudAssembly; // nothing that is deleted needs it
    const context: ResourceContext = {
      ...{ cloud: this.cloud, stack, logicalId, type: resource.type, assembly },
      resolve: resolverOf(stack),
    };
    return this.described(stack, logicalId, async () => typeOf(resource.type).delete?.(resource, context));
  }

  private async described<T>(stack: DeployedStack, logicalId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new Error(`${stack.name}, ${logicalId}: ${(error as Error).message}`, { cause: error });
    }
  }
}

const keyOf = ({ account, region, name }: StackAddress) => `${account}/${region}/${name}`;

const isRetained = (policy: string | undefined) => policy === 'Retain' || policy === 'RetainExceptOnCreate';

function typeOf(type: string): ResourceType {
  const known = TYPES[type] ?? (type.startsWith('Custom::') ? CUSTOM_RESOURCE : undefined);
  if (!known) throw new Error(`The resource type ${type} is not simulated.`);
  return known;
}

function resolverOf({ resources }: DeployedStack): Resolve {
  return (logicalId, attribute = 'Ref') => {
    const value = resources.get(logicalId)?.attributes[attribute];
    if (value === undefined) throw new Error(`${logicalId}.${attribute} is not simulated.`);
    return value;
  };
}

/** The stacks, those that others depend on first. */
function inOrder(assembly: CloudAssembly): CloudFormationStackArtifact[] {
  const stacks = assembly.stacksRecursively;
  const ordered = new Set<CloudFormationStackArtifact>();
  const visit = (stack: CloudFormationStackArtifact) => {
    for (const { id } of stack.dependencies) {
      const dependency = stacks.find((each) => each.id === id);
      if (dependency && !ordered.has(dependency)) visit(dependency);
    }
    ordered.add(stack);
  };
  stacks.forEach(visit);
  return [...ordered];
}

/** Logical IDs, those that others depend on first. */
function sorted(definitions: readonly [string, Definition][]): string[] {
  const byId = new Map(definitions);
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]) => {
    if (path.includes(id)) throw new Error(`Circular dependency: ${[...path, id]}`);
    if (ordered.has(id)) return;
    for (const each of dependenciesOf(byId.get(id)!)) if (byId.has(each)) visit(each, [...path, id]);
    ordered.add(id);
  };
  for (const id of byId.keys()) visit(id, []);
  return [...ordered];
}

function dependenciesOf({ DependsOn = [], Properties }: Definition): string[] {
  const found = [DependsOn].flat() as string[];
  JSON.stringify(Properties ?? {}, (name, value) => {
    if (name === 'Ref') found.push(value);
    if (name === 'Fn::GetAtt') found.push(value[0]);
    return value;
  });
  return found;
}
