import { MediaReplicationStackProps } from 'cdk-media-replication';
import { Construct } from 'constructs';
import { IMPORTS } from './imports';
import { VALUES } from './values';
import type { MediaConfig } from '../config/config';
import { Path, showPath } from '../config/path';
import { childSchema, definitionName, mediaSchema, Schema } from '../config/schema';

/** The context of a value. */
interface Context {
  readonly path: Path;
  /** The region of named resources: within a replica, its own. */
  readonly region: string;
  readonly imports: () => Construct;
}

/** Properties of a config that are not props of the stack. */
const NOT_PROPS = ['version', 'region', 'account', 'bootstrapQualifier', 'estimate'];

/**
 * The props that a config specifies. The schema defines the type of each value.
 *
 * Existing resources are imported when the property is first read, since their scope, the stack, is created before that.
 */
export function propsOf(config: MediaConfig, imports: () => Construct): MediaReplicationStackProps {
  const { region, account } = config;
  const values = Object.fromEntries(Object.entries(config).filter(([name]) => !NOT_PROPS.includes(name)));
  const props = convert(mediaSchema(), values, { path: [], region, imports }) as MediaReplicationStackProps;
  return Object.defineProperty(props, 'env', { enumerable: true, value: { region, account } });
}

function convert(schema: Schema, value: any, context: Context): unknown {
  const converted = convertParts(schema, value, context);
  const name = definitionName(schema);
  return name !== undefined && VALUES[name] ? VALUES[name](converted) : converted;
}

function convertParts(schema: Schema, value: any, context: Context): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const converted = Array.isArray(value) ? [] : {};
  const here = definitionName(schema) === 'MediaReplicaProps' ? { ...context, region: value.region } : context;
  for (const [key, child] of Object.entries(value)) {
    const at = Array.isArray(value) ? Number(key) : key;
    Object.defineProperty(converted, at, property(childSchema(schema, at)!, child, within(here, at)));
  }
  return converted;
}

function property(schema: Schema, value: unknown, context: Context): PropertyDescriptor {
  const importAs = IMPORTS[definitionName(schema) ?? ''];
  if (!importAs) return { enumerable: true, value: convert(schema, value, context) };
  let imported: unknown;
  const get = () => (imported ??= importAs(context.imports(), showPath(context.path), value, context.region));
  return { enumerable: true, get };
}

function within(context: Context, key: string | number): Context {
  return { ...context, path: [...context.path, key] };
}
