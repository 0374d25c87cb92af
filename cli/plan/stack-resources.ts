import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

/** A resource in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
}

/** The resources of a stack, by logical id. */
export interface StackResources {
  readonly stackName: string;
  readonly region: string;
  readonly resources: Readonly<Record<string, TemplateResource>>;
}

export function stackResources(assembly: CloudAssembly): StackResources[] {
  return assembly.stacksRecursively.map(({ stackName, environment, template }) => ({
    stackName,
    region: environment.region,
    resources: template.Resources ?? {},
  }));
}
