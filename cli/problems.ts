import type { Terminal } from './terminal/terminal';

/** Something that is wrong with a config file, and where. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The property: `replicas[1].region`; empty for the file as a whole. */
  readonly path: string;
  /** `got …, expected …`, and what to do. */
  readonly message: string;
}

/** The config is wrong: exit code 1. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`${problems.length} problems`);
  }
}

/** The command is wrong: exit code 2. */
export class UsageError extends Error {}

/** In the order of the file, and no two alike. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : 1));
}

/** One line for each problem, which editors and scripts read; on a terminal two, so that nothing is broken badly. */
export function showProblems(problems: readonly Problem[], terminal: Terminal): string {
  const { colors } = terminal;
  const lines = problems.map(({ file, line, column, path, message }) => {
    const where = colors.bold(`${file}:${line}:${column}`);
    const head = path ? `${where}  ${colors.cyan(path)}` : where;
    return terminal.isTerminal ? `${head}\n${terminal.wrap(message, 2)}\n` : `${head}  ${message}\n`;
  });
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return `${lines.join('')}${colors.red(`${count} in ${problems[0]?.file ?? 'the config'}`)}\n`;
}
