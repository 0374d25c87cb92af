import type { ErrorObject } from 'ajv';
import type { ConfigDocument } from './document';
import { durationAdvice } from './durations';
import { parsePointer, Path, valueAt } from './path';
import { resolve, Schema } from './schema';
import { typeProblem } from './type-problems';
import { either, nearest, show, suggestion } from './words';
import type { Problem } from '../problems';

/** The maximum number of alternatives in a message. */
const LISTED = 8;

/** Violations of the schema, as problems that say what is expected. */
export function schemaProblems(errors: readonly ErrorObject[], document: ConfigDocument): Problem[] {
  return errors.flatMap((error) => describe(error, document) ?? []);
}

function describe(error: ErrorObject, document: ConfigDocument): Problem | undefined {
  const path = parsePointer(error.instancePath, document.value);
  const value = valueAt(document.value, path);
  const source = document.sourceOf(path);
  const schema = (error.parentSchema ?? {}) as Schema;
  const key = String(path[path.length - 1]);
  const expecting = (expected: string) => document.problem(path, `got ${show(value, source)}, expected ${expected}`);
  if (error.propertyName !== undefined) return keyProblem(error.propertyName, path, schema, document);

  switch (error.keyword) {
    case 'propertyNames': // accompanies another error, which has the `propertyName` above
      return undefined;
    case 'required':
      return missing(path, error.params.missingProperty, schema, document);
    case 'additionalProperties':
      return unknown(path, error.params.additionalProperty, schema, document);
    case 'type':
      return document.problem(path, typeProblem(value, source, schema, key));
    case 'enum':
      return expecting(oneOf(value, schema.enum));
    case 'const':
      return expecting(String(schema.const));
    case 'minProperties':
    case 'maxProperties':
      return expecting(`exactly one of ${either(Object.keys(schema.properties ?? {}))}`);
    case 'minItems':
      return expecting('at least one element');
    case 'minLength':
      return expecting('a string that is not empty');
    case 'pattern':
      return expecting(
        (schema.title ?? `a string that matches ${schema.pattern}`) + (durationAdvice(value, schema, key) ?? ''),
      );
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return expecting(range(schema));
    default:
      return expecting(error.message ?? 'another value');
  }
}

function missing(path: Path, key: string, schema: Schema, document: ConfigDocument): Problem {
  const property = schema.properties?.[key] ?? {};
  const { title, description, const: only } = { ...resolve(property), ...property };
  const about = title ?? (only === undefined ? String(description ?? 'a value').split('\n')[0] : String(only));
  return document.problem([...path, key], `got nothing, expected ${asObject(about)}`);
}

function unknown(path: Path, key: string, { properties = {} }: Schema, document: ConfigDocument): Problem {
  const known = Object.keys(properties);
  const value = (valueAt(document.value, path) ?? {}) as object;
  // Prefer properties that the mapping does not have yet.
  const near =
    nearest(
      key,
      known.filter((name) => !Object.hasOwn(value, name)),
    ) ?? nearest(key, known);
  const expected =
    known.length === 0 ? 'no properties' : known.length <= LISTED ? either(known) : 'a property of the schema';
  const message = `unknown property${near ? `. Did you mean ${near}?` : `, expected ${expected}`}`;
  return document.problem([...path, key], message, 'key');
}

/** A key that is a value itself: a region. */
function keyProblem(key: string, path: Path, { title, pattern }: Schema, document: ConfigDocument): Problem {
  return document.problem([...path, key], `got ${show(key)}, expected ${title ?? pattern}`, 'key');
}

function oneOf(got: unknown, members: readonly string[]): string {
  const hint = typeof got === 'string' ? suggestion(got, members) : '';
  if (members.length <= LISTED) return `${either(members)}${hint}`;
  return `one of ${members.slice(0, LISTED).join(', ')}, …${hint}`;
}

function range({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = exclusiveMinimum === undefined ? `${minimum} or more` : `more than ${exclusiveMinimum}`;
  if (maximum === undefined) return from;
  return exclusiveMinimum === undefined ? `${minimum} to ${maximum}` : `${from}, up to ${maximum}`;
}

function asObject(text: string): string {
  return text.replace(/\.$/, '').replace(/^(An?|The|How|What|Where) /, (word) => word.toLowerCase());
}
