import Ajv, { ErrorObject, ValidateFunction } from 'ajv';
import { readPackageFile } from '../package-files';

export type Schema = Record<string, any>;

let loaded: Schema | undefined;
let compiled: ValidateFunction | undefined;

/** The published schema: the single source of what a config can express. */
export function mediaSchema(): Schema {
  loaded ??= JSON.parse(readPackageFile('schema/media.schema.json')) as Schema;
  return loaded;
}

export function schemaErrors(value: unknown): ErrorObject[] {
  compiled ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(mediaSchema());
  return compiled(value) ? [] : (compiled.errors ?? []);
}

/** The name of the definition that a schema refers to. */
export function definitionName({ $ref }: Schema): string | undefined {
  return $ref === undefined ? undefined : String($ref).slice('#/definitions/'.length);
}

export function resolve(schema: Schema): Schema {
  const name = definitionName(schema);
  return name === undefined ? schema : { ...mediaSchema().definitions[name] };
}

/** The schema of a property or an element. */
export function childSchema(schema: Schema, key: string | number): Schema | undefined {
  const { properties, additionalProperties, items } = resolve(schema);
  if (typeof key === 'number') return items;
  if (properties && Object.hasOwn(properties, key)) return properties[key];
  return additionalProperties || undefined;
}
