import { createStack } from './build';
import { inputProblems, locate } from './input-problems';
import type { MediaConfig } from '../config/config';
import type { ConfigDocument } from '../config/document';
import { parseConfig, readConfig } from '../config/load';
import { parsePath, Path } from '../config/path';
import { validPart } from '../config/valid-part';
import { withTemporaryFolder } from '../deployment/folder';
import { ConfigError, inOrder, Problem } from '../problems';

export interface LoadedConfig {
  readonly config: MediaConfig;
  readonly document: ConfigDocument;
}

/** @throws ConfigError with all problems that can be found without synthesising the config */
export function loadConfig(file: string, cwd: string): LoadedConfig {
  const { document, problems } = parseConfig(file, readConfig(file, cwd));
  if (problems.length > 0) throw new ConfigError(inOrder([...problems, ...problemsOfRest(document, problems)]));
  return { config: document.value as MediaConfig, document };
}

/** What the constructs report about the part of a config that conforms to the schema. */
function problemsOfRest(document: ConfigDocument, problems: readonly Problem[]): Problem[] {
  const paths = problems.map(({ path }) => parsePath(path));
  const part = paths.every((path) => path.length > 0) && validPart(document.value as MediaConfig, paths);
  if (!part) return [];
  try {
    withTemporaryFolder((folder) => createStack(part.config, folder));
    return [];
  } catch (error) {
    const found = inputProblems(error).map((problem) => locate(problem, document));
    return found.filter(({ path }) => !part.removed.some((removed) => mayDepend(parsePath(path), removed)));
  }
}

/** A problem in the mapping that a property was removed from may be a consequence of the removal. */
function mayDepend(path: Path, removed: Path): boolean {
  const mapping = removed.slice(0, -1);
  return mapping.length > 0 && mapping.every((key, index) => path[index] === key);
}
