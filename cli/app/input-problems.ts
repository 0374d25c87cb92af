import type { Problem as InputProblem } from '../../src/private/problems';
import type { ConfigDocument } from '../config/document';
import { parsePath, Path, showPath, valueAt } from '../config/path';
import type { Problem } from '../problems';

/** The problems that an error of the library carries; none if it is another error. */
export function inputProblems(error: unknown): readonly InputProblem[] {
  const { problems } = (error ?? {}) as { problems?: unknown };
  return Array.isArray(problems) ? problems : [];
}

/** A problem of the library, with its place in the file. */
export function locate({ construct, property, got, expected, fix }: InputProblem, document: ConfigDocument): Problem {
  // The stack names a property by its path in the file. A construct in the stack has the id of its own property.
  const [, id] = construct.split('/');
  const path = parsePath(id === undefined ? property : `${id.toLowerCase()}.${property}`);
  const json = got === undefined ? 'nothing' : JSON.stringify(got);
  const shown = isWritten(got, path, document) ? json : asConfig(json.slice(1, -1).replace(/\\"/g, '"'));
  const message = `got ${shown}, expected ${asConfig(expected)}. ${asConfig(fix)}`;
  return { ...document.problem(existing(document.value, path), message), path: showPath(path) };
}

/** Whether a value is in the file, or describes one, such as `a key in eu-west-1`. */
function isWritten(got: unknown, path: Path, { value }: ConfigDocument): boolean {
  if (typeof got !== 'string' || path[path.length - 1] === got) return true;
  return JSON.stringify(valueAt(value, path) ?? null).includes(JSON.stringify(got));
}

/**
 * Replaces TypeScript notation by that of a config: `BucketEncryption.KMS` by `KMS`, `LinkAccess.all()` by `all`,
 * `Duration.days(7)` by `7 days`, `env: { account: … }` by `account`.
 */
function asConfig(text: string): string {
  return text
    .replace(/`env: \{ (account|region): '[^']*' \}`( on the stack \S+?(?=\.))?/g, '`$1`')
    .replace(/Duration\.(\w+)\((\d+)\)/g, '$2 $1')
    .replace(/\b[A-Z]\w+\.([a-z]\w*)\(\)/g, '`$1`')
    .replace(/ Without replication, use s3\.Bucket\.$/, '')
    .replace(/\b[A-Z]\w+\.(?=[A-Z][A-Z_0-9]+\b)/g, '');
}

/** The longest beginning of the path that the config has. */
function existing(config: unknown, path: Path): Path {
  return path.length === 0 || valueAt(config, path) !== undefined ? path : existing(config, path.slice(0, -1));
}
