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

/** Messages for common mistakes in YAML, instead of those of the parser. */
const ADVICE: Record<string, string> = {
  DUPLICATE_KEY: 'duplicate key. Remove one of them.',
  TAB_AS_INDENT: 'got a tab, expected spaces. YAML does not allow tabs for indentation.',
  MULTIPLE_DOCS: 'got a second document (---), expected one. Remove it, or move it to another file.',
  BAD_INDENT: 'inconsistent indentation. Align the line with the others of the same mapping or list.',
};

/** Protects against aliases that expand to very large values. */
const MAX_ALIASES = 100;

/** The text of a config file, with the position of every value. */
export class ConfigDocument {
  /** Syntax errors. */
  readonly problems: readonly Problem[];
  /** The content; undefined if there are problems. */
  readonly value?: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document;

  constructor(
    readonly file: string,
    text: string,
  ) {
    // In YAML 1.2, `no` is a string and 012 a decimal number. A byte order mark is not content.
    this.document = parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.2',
      lineCounter: this.lines,
      prettyErrors: false,
      logLevel: 'error', // 'silent' would ignore a second document
    });
    this.problems = [
      ...[...this.document.errors, ...this.document.warnings].map((error) => this.syntaxProblem(error)),
      ...this.loneAliases(),
    ];
    if (this.problems.length > 0) return;
    try {
      this.value = this.document.toJS({ maxAliasCount: MAX_ALIASES });
      JSON.stringify(this.value); // fails on circular references
    } catch {
      const message = 'got circular or too many aliases, expected a tree. Replace aliases by their values.';
      this.value = undefined;
      this.problems = [this.problemAt(0, message)];
    }
  }

  /** A problem with the value at a path, or with its key. If the value is missing, the position is that of its parent. */
  problem(path: Path, message: string, at: 'key' | 'value' = 'value'): Problem {
    return this.problemAt(this.offsetOf(path, at), message, path);
  }

  /** A scalar as written in the file: `012` for 12. */
  sourceOf(path: Path): string | undefined {
    const node = this.find(path)?.value;
    return isScalar(node) ? node.source : undefined;
  }

  private loneAliases(): Problem[] {
    const problems: Problem[] = [];
    visit(this.document, {
      Alias: (_, node) => {
        if (node.resolve(this.document)) return;
        const message = `got ${show(`*${node.source}`)}, expected an anchor &${show(node.source).slice(1, -1)} before it. Quote the value if it is a string.`;
        problems.push(this.problemAt(node.range?.[0] ?? 0, message));
      },
    });
    return problems;
  }

  private syntaxProblem({ code, message, pos }: YAMLError): Problem {
    const advice = /\t/.test(message) || /\btabs?\b/i.test(message) ? ADVICE.TAB_AS_INDENT : ADVICE[code];
    return this.problemAt(pos[0], advice ?? `invalid YAML: ${lowerFirst(message)}`);
  }

  private problemAt(offset: number, message: string, path: Path = []): Problem {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), path: showPath(path), message };
  }

  private offsetOf(path: Path, at: 'key' | 'value'): number {
    for (let length = path.length; length > 0; length--) {
      const found = this.find(path.slice(0, length));
      if (!found) continue;
      // The position of a missing property is the key of the mapping that it belongs to.
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
