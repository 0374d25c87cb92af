import {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  Node,
  parseDocument,
  visit,
  YAMLError,
} from 'yaml';
import { Path, showPath } from './path';
import { show } from './words';
import type { Problem } from '../problems';

/** What to do about the mistakes that YAML makes easy; the parser's words say what they are. */
const ADVICE: Record<string, string> = {
  DUPLICATE_KEY: 'this key is there twice: leave one out',
  TAB_AS_INDENT: 'got a tab, expected spaces: YAML takes no tabs to indent',
  MULTIPLE_DOCS: 'got a second document (---), expected one: leave it out, or put it into a file of its own',
  BAD_INDENT: 'got a line that is indented differently than the lines that it belongs to: align it with them',
};

/** The config can't be a graph, and needs no more aliases than this. */
const MAX_ALIASES = 100;

/** The text of a config file, which knows where everything is. */
export class ConfigDocument {
  /** What YAML itself finds wrong. */
  readonly problems: readonly Problem[];
  /** The content; undefined if there are problems. */
  readonly value: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(
    readonly file: string,
    text: string,
  ) {
    // 1.2, where `no` is a text and 012 a number in base ten. A byte order mark is not content.
    this.document = parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.2',
      lineCounter: this.lines,
      prettyErrors: false,
      logLevel: 'error', // silent would be about a second document too
    });
    const found = [
      ...[...this.document.errors, ...this.document.warnings].map((error) => this.syntaxProblem(error)),
      ...this.loneAliases(),
    ];
    const { value, problem } = found.length > 0 ? ({} as { value?: unknown; problem?: Problem }) : this.read();
    this.value = value;
    this.problems = problem ? [...found, problem] : found;
  }

  /** A problem with the value at a path, or with its key. Of what is not there, it is with what it would be in. */
  problem(path: Path, message: string, at: 'key' | 'value' = 'value'): Problem {
    return { file: this.file, ...this.place(this.offsetOf(path, at)), path: showPath(path), message };
  }

  /** A plain value as it is written: `012`, which is 12. */
  sourceOf(path: Path): string | undefined {
    const node = this.find(path)?.value;
    return isScalar(node) ? node.source : undefined;
  }

  private read(): { value?: unknown; problem?: Problem } {
    try {
      const value: unknown = this.document.toJS({ maxAliasCount: MAX_ALIASES });
      JSON.stringify(value); // fails on what contains itself
      return { value };
    } catch {
      const message = 'got aliases that refer to each other, or too many, expected a tree: write it out';
      return { problem: { file: this.file, line: 1, column: 1, path: '', message } };
    }
  }

  private loneAliases(): Problem[] {
    const problems: Problem[] = [];
    visit(this.document, {
      Alias: (_, node) => {
        if (node.resolve(this.document)) return;
        const message = `got ${show(`*${node.source}`)}, expected an anchor &${show(node.source).slice(1, -1)} before it; in quotes, it is a text`;
        problems.push({ file: this.file, ...this.place(node.range?.[0] ?? 0), path: '', message });
      },
    });
    return problems;
  }

  private syntaxProblem({ code, message, pos }: YAMLError): Problem {
    const advice = /\t/.test(message) || /\btabs?\b/i.test(message) ? ADVICE.TAB_AS_INDENT : ADVICE[code];
    return {
      file: this.file,
      ...this.place(pos[0]),
      path: '',
      message: advice ?? `is not YAML: ${lowerFirst(message)}`,
    };
  }

  private place(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  private offsetOf(path: Path, at: 'key' | 'value'): number {
    for (let length = path.length; length > 0; length--) {
      const found = this.find(path.slice(0, length));
      if (!found) continue;
      // What is missing in a mapping is said at the mapping's own key, where there is one.
      const node = (at === 'key' || length < path.length ? found.key : undefined) ?? found.value ?? found.key;
      if (isNode(node) && node.range) return node.range[0];
    }
    return this.document.contents?.range?.[0] ?? 0;
  }

  private find(path: Path): { key?: Node; value?: Node } | undefined {
    let found: { key?: Node; value?: Node } = { value: this.document.contents ?? undefined };
    for (const part of path) {
      const node = isAlias(found.value) ? found.value.resolve(this.document) : found.value;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
        if (!pair) return undefined;
        found = { key: pair.key as Node, value: (pair.value as Node | null) ?? undefined };
      } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
        found = { value: node.items[part] as Node };
      } else {
        return undefined;
      }
    }
    return found;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
