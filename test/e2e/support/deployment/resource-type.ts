import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Cloud } from './cloud';
import { Resolve } from '../deployed-function';

/** What references to a resource return: `Ref`, and `Fn::GetAtt` by the name of the attribute. */
export type Attributes = Readonly<Record<string, string>> & { readonly Ref: string };

export interface StackAddress {
  readonly name: string;
  readonly region: string;
  readonly account: string;
}

/** A resource of a template, during a deployment. */
export interface ResourceContext {
  readonly cloud: Cloud;
  readonly stack: StackAddress;
  readonly logicalId: string;
  readonly type: string;
  readonly assembly: CloudAssembly;
  /** What the references in the stack's template refer to. */
  readonly resolve: Resolve;
}

export type Properties = Readonly<Record<string, any>>;

export interface DeployedResource {
  readonly type: string;
  readonly properties: Properties;
  readonly attributes: Attributes;
}

type Eventually<T> = T | Promise<T>;

/** How CloudFormation handles resources of a type. */
export interface ResourceType {
  /** Properties whose change replaces the resource, by the documentation of the type. */
  readonly replacedBy?: readonly string[];
  create(properties: Properties, context: ResourceContext): Eventually<Attributes>;
  /** Other attributes than before mean another resource: the old one is deleted. @default - nothing is done */
  update?(properties: Properties, old: DeployedResource, context: ResourceContext): Eventually<Attributes | void>;
  delete?(resource: DeployedResource, context: ResourceContext): Eventually<void>;
}

/** The name that CloudFormation generates for a resource without a name. */
export function generatedName({ stack, logicalId, cloud }: ResourceContext): string {
  return `${stack.name}-${logicalId}`.slice(0, 46) + `-${cloud.random()}`;
}
