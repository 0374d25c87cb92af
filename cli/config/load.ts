import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { understandBooleans } from './booleans';
import { ConfigDocument } from './document';
import { decode } from './encoding';
import { parsePath } from './path';
import { regionProblems } from './region-problems';
import { schemaErrors } from './schema';
import { schemaProblems } from './schema-problems';
import { ConfigError, Problem, UsageError } from '../problems';

export interface ParsedConfig {
  readonly document: ConfigDocument;
  /** Problems of syntax and schema. */
  readonly problems: readonly Problem[];
  /** Regions that do not exist. */
  readonly regionProblems: readonly Problem[];
}

export function parseConfig(file: string, text: string): ParsedConfig {
  const document = new ConfigDocument(file, text);
  const { problems } = document;
  return problems.length > 0 ? { document, problems, regionProblems: [] } : contentProblems(document);
}

export function readConfig(file: string, cwd: string): string {
  try {
    return decode(readFileSync(resolve(cwd, file)), file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'was not found' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new UsageError(
      `${file} ${why}. Specify a file with --config, or create one with \`cdk-media-replication init\`.`,
    );
  }
}

function contentProblems(document: ConfigDocument): ParsedConfig {
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null || value === undefined ? 'an empty file' : Array.isArray(value) ? 'a list' : 'a scalar';
    const expected = 'the properties of a stack. Run `cdk-media-replication init` for an example';
    return { document, problems: [document.problem([], `got ${got}, expected ${expected}`)], regionProblems: [] };
  }
  understandBooleans(document);
  const regions = regionProblems(document);
  // The schema rejects some of these regions as well, but without a suggestion.
  const reported = new Set(regions.map(placeOf));
  const problems = schemaProblems(schemaErrors(value), document).filter(
    (each) => !reported.has(placeOf(each)) && !parsePath(each.path).includes('<<'),
  );
  return { document, problems: [...document.mergeKeys(), ...problems], regionProblems: regions };
}

function placeOf({ line, column, path, message }: Problem): string {
  return [line, column, path, message.split(',')[0]].join();
}
