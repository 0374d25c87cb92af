import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MediaConfig } from './config';
import { ConfigDocument } from './document';
import { regionProblems } from './region-problems';
import { schemaErrors } from './schema';
import { schemaProblems } from './schema-problems';
import { ConfigError, inOrder, Problem, UsageError } from '../problems';

export interface LoadedConfig {
  readonly config: MediaConfig;
  readonly document: ConfigDocument;
}

/** Reads a config file, or fails with all that is wrong with it. */
export function loadConfig(file: string, cwd: string): LoadedConfig {
  return parseConfig(file, readConfig(file, cwd));
}

export function parseConfig(file: string, text: string): LoadedConfig {
  const document = new ConfigDocument(file, text);
  const problems = document.problems.length > 0 ? document.problems : contentProblems(document);
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return { config: document.value as MediaConfig, document };
}

function contentProblems(document: ConfigDocument): Problem[] {
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === null || value === undefined ? 'an empty file' : 'something else';
    return [
      document.problem(
        [],
        `got ${got}, expected the properties of a stack: \`cdk-media-replication init\` writes an example`,
      ),
    ];
  }
  const regions = regionProblems(document);
  // Of a region that the schema refuses too, only what names the one that was meant.
  const said = new Set(regions.map(placeOf));
  return [
    ...schemaProblems(schemaErrors(value), document).filter((problem) => !said.has(placeOf(problem))),
    ...regions,
  ];
}

function placeOf({ line, column, path, message }: Problem): string {
  return [line, column, path, message.split(',')[0]].join();
}

function readConfig(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : `can not be read (${code})`;
    throw new UsageError(`${file} ${why}. Name the file by --config, or write one by \`cdk-media-replication init\`.`);
  }
}
