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
  const { document, problems, regionProblems } = parseConfig(file, readConfig(file, cwd));
  const own = [...problems, ...regionProblems];
  if (own.length > 0) {
    const rest = problemsOfRest(document, problems).filter(({ path }) => !own.some((each) => each.path === path));
    throw new ConfigError(inOrder([...own, ...rest]));
  }
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
    return found.filter((problem) => !part.removed.some((removed) => mayDepend(problem, removed)));
  }
}

/** A problem that mentions a property removed from its mapping may be a consequence of the removal. */
function mayDepend({ path, message }: Problem, removed: Path): boolean {
  const keys = parsePath(path);
  const mentions = new RegExp(`\\b${removed[removed.length - 1]}\\b`).test(`${path} ${message}`);
  return mentions && removed.slice(0, -1).every((key, index) => keys[index] === key);
}
