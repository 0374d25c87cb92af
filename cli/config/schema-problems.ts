import type { ErrorObject } from 'ajv';
import type { ConfigDocument } from './document';
import { parsePointer, Path, valueAt } from './path';
import { resolve, Schema } from './schema';
import { typeProblem } from './type-problems';
import { either, nearest, perhaps, show } from './words';
import type { Problem } from '../problems';

/** More than these are not listed in a message. */
const LISTED = 8;

/** What the schema finds wrong, in words that say what is right. */
export function schemaProblems(errors: readonly ErrorObject[], document: ConfigDocument): Problem[] {
  return errors.flatMap((error) => describe(error, document) ?? []);
}

function describe(error: ErrorObject, document: ConfigDocument): Problem | undefined {
  const path = parsePointer(error.instancePath, document.value);
  const value = valueAt(document.value, path);
  const source = document.sourceOf(path);
  const schema = (error.parentSchema ?? {}) as Schema;
  const say = (expected: string) => document.problem(path, `got ${show(value, source)}, expected ${expected}`);
  if (error.propertyName !== undefined) return keyProblem(error.propertyName, path, schema, document);

  switch (error.keyword) {
    case 'propertyNames': // says that there is another error, which is described above
      return undefined;
    case 'required':
      return missing(path, error.params.missingProperty, schema, document);
    case 'additionalProperties':
      return unknown(path, error.params.additionalProperty, schema, document);
    case 'type':
      return document.problem(path, typeProblem(value, source, schema));
    case 'enum':
      return say(oneOf(value, schema.enum));
    case 'const':
      return say(String(schema.const));
    case 'minProperties':
    case 'maxProperties':
      return say(`exactly one of ${either(Object.keys(schema.properties ?? {}))}`);
    case 'minItems':
      return say('one element at least');
    case 'minLength':
      return say('a text that is not empty');
    case 'pattern':
      return say(schema.title ?? `a text like ${schema.pattern}`);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return say(range(schema));
    default:
      return say(error.message ?? 'something else');
  }
}

function missing(path: Path, key: string, schema: Schema, document: ConfigDocument): Problem {
  const property = schema.properties?.[key] ?? {};
  const { title, description, const: only } = { ...resolve(property), ...property };
  const about = title ?? (only === undefined ? String(description ?? 'a value').split('\n')[0] : String(only));
  return document.problem([...path, key], `got nothing, expected ${withoutStop(about)}`);
}

function unknown(path: Path, key: string, { properties = {} }: Schema, document: ConfigDocument): Problem {
  const known = Object.keys(properties);
  const value = (valueAt(document.value, path) ?? {}) as object;
  // What is there already was not meant.
  const near =
    nearest(
      key,
      known.filter((name) => !Object.hasOwn(value, name)),
    ) ?? nearest(key, known);
  const expected = known.length === 0 ? 'nothing' : known.length <= LISTED ? either(known) : 'a property of the schema';
  const message = `is not known here, expected ${near ? `perhaps ${near}` : expected}`;
  return document.problem([...path, key], message, 'key');
}

/** A key that is a value too: a region. */
function keyProblem(key: string, path: Path, { title, pattern }: Schema, document: ConfigDocument): Problem {
  return document.problem([...path, key], `got ${show(key)}, expected ${title ?? pattern}`, 'key');
}

function oneOf(got: unknown, members: readonly string[]): string {
  const hint = typeof got === 'string' ? perhaps(got, members) : '';
  if (members.length <= LISTED) return `${either(members)}${hint}`;
  return `one of ${members.slice(0, LISTED).join(', ')}, …${hint}`;
}

function range({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = exclusiveMinimum === undefined ? `${minimum} or more` : `more than ${exclusiveMinimum}`;
  if (maximum === undefined) return from;
  return exclusiveMinimum === undefined ? `${minimum} to ${maximum}` : `${from}, up to ${maximum}`;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '').replace(/^(An?|The|How|What|Where|Who) /, (word) => word.toLowerCase());
}
