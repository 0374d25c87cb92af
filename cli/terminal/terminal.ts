import { createColors } from 'picocolors';

/** The capabilities of a stream. */
export interface StreamFacts {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type ColorOption = 'always' | 'never' | undefined;

/** Output formatting: colors and tables on a terminal, plain text otherwise. */
export class Terminal {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colors: ReturnType<typeof createColors>;

  constructor(stream: StreamFacts, env: NodeJS.ProcessEnv, option: ColorOption) {
    this.isTerminal = stream.isTTY === true && env.TERM !== 'dumb' && !inCi(env);
    this.columns = Math.min(120, Math.max(40, stream.columns || 80));
    this.colors = createColors(this.wantsColors(env, option));
  }

  /** Wraps text between words, with a left margin. Words are never broken, since they may be parts of a command. */
  wrap(text: string, margin: number): string {
    const lines: string[] = [''];
    for (const word of text.split(/\s+/)) {
      const line = lines[lines.length - 1];
      if (line && line.length + 1 + word.length > this.columns - margin) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    return lines.map((line) => ' '.repeat(margin) + line).join('\n');
  }

  /** In order of precedence: the command line, NO_COLOR (https://no-color.org), FORCE_COLOR, the stream. */
  private wantsColors(env: NodeJS.ProcessEnv, option: ColorOption): boolean {
    if (option) return option === 'always';
    if (env.NO_COLOR) return false;
    if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
    return this.isTerminal;
  }
}

function inCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
