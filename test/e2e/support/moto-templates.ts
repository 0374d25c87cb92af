import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PYTHON_BIN } from './aws-cli';

const LIST =
  'import json; from moto.cloudformation.parsing import get_model_map; print(json.dumps(list(get_model_map())))';

/** The resource types that moto's CloudFormation can create. */
export function supportedTypes(): ReadonlySet<string> {
  return new Set(
    JSON.parse(execFileSync(join(PYTHON_BIN, 'python'), ['-W', 'ignore', '-c', LIST], { encoding: 'utf8' })),
  );
}

/** Services whose resources moto cannot create or delete by CloudFormation, and why. */
const BROKEN: Readonly<Record<string, string>> = {
  EC2: 'deletes a VPC before its dependencies, and fails',
  ECS: 'requires the network',
  ElasticLoadBalancingV2: 'requires the network, and certificates, which it does not create by CloudFormation',
};

/**
 * Replaces resources that moto cannot create, such as custom resources, by resources that do nothing, and references to
 * them by their logical ids.
 */
export function forMoto(template: any, supported: ReadonlySet<string>): { template: any; replaced: string[] } {
  const resources = Object.entries<any>(template.Resources);
  const replaced = resources.filter(([, { Type }]) => !supported.has(Type) || Type.split('::')[1] in BROKEN);
  const ids = new Set(replaced.map(([id]) => id));
  const adapt = (value: any): any => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(adapt);
    if (ids.has(value.Ref)) return value.Ref;
    const [id, attribute] = value['Fn::GetAtt'] ?? [];
    if (ids.has(id)) return `${id}.${attribute}`;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, adapt(each)]));
  };
  const noOp = { Type: 'AWS::CloudFormation::WaitConditionHandle' };
  const Resources = Object.fromEntries(resources.map(([id, each]) => [id, ids.has(id) ? noOp : adapt(each)]));
  return {
    template: { ...template, Resources, Outputs: adapt(template.Outputs) },
    replaced: replaced.map(([, { Type }]) => Type),
  };
}
