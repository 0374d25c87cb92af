import type { Terminal } from './terminal/terminal';

/** A problem in a config file. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The property (`media.replicas[1].region`), or empty for the file as a whole. */
  readonly path: string;
  /** `got …, expected …`, and the fix. */
  readonly message: string;
}

/** The config is invalid: exit code 1. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`${problems.length} problems`);
  }
}

/** The usage is invalid: exit code 2. */
export class UsageError extends Error {}

/** Sorts by position in the file, and removes duplicates. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : 1));
}

/** One line per problem, for editors and scripts. On a terminal, the message is wrapped on lines of its own. */
export function showProblems(problems: readonly Problem[], terminal: Terminal): string {
  const { colors } = terminal;
  const lines = problems.map(({ file, line, column, path, message }) => {
    const where = colors.bold(`${file}:${line}:${column}`);
    const head = path ? `${where}  ${colors.cyan(path)}` : where;
    return terminal.isTerminal ? `${head}\n${terminal.wrap(message, 2)}\n` : `${head}  ${message}\n`;
  });
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const files = [...new Set(problems.map(({ file }) => file))].join(' and ');
  return `${lines.join('')}${colors.red(`${count} in ${files || 'the config'}`)}\n`;
}
