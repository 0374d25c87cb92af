import { createColors } from 'picocolors';

/** What a stream can show. */
export interface StreamFacts {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type ColorWish = 'always' | 'never' | undefined;

/** A stream to write to: with colours and tables if somebody looks at it, plain if a program reads it. */
export class Terminal {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colors: ReturnType<typeof createColors>;

  constructor(stream: StreamFacts, env: NodeJS.ProcessEnv, wish: ColorWish) {
    this.isTerminal = stream.isTTY === true && env.TERM !== 'dumb' && !inCi(env);
    this.columns = Math.min(120, Math.max(40, stream.columns || 80));
    this.colors = createColors(this.wantsColors(env, wish));
  }

  /** Breaks a text between words, behind a margin. Nothing is broken within a word: it may be a command. */
  wrap(text: string, margin: number): string {
    const lines: string[] = [''];
    for (const word of text.split(/\s+/)) {
      const line = lines[lines.length - 1];
      if (line && line.length + 1 + word.length > this.columns - margin) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    return lines.map((line) => ' '.repeat(margin) + line).join('\n');
  }

  /** A flag of the command line, then what https://no-color.org and its counterpart say, then what the stream is. */
  private wantsColors(env: NodeJS.ProcessEnv, wish: ColorWish): boolean {
    if (wish) return wish === 'always';
    if (env.NO_COLOR) return false;
    if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
    return this.isTerminal;
  }
}

function inCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
