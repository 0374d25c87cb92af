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

  private readonly text: string;

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.text = text.replace(/^\uFEFF/, ''); // a byte order mark is not content
    // In YAML 1.2, `no` is a string and 012 a decimal number.
    this.document = parseDocument(this.text, {
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

  /** Whether the scalar at a path is written without quotes. */
  isPlain(path: Path): boolean {
    const node = this.find(path)?.value;
    const scalar = isAlias(node) ? node.resolve(this.document) : node;
    return isScalar(scalar) && scalar.type === 'PLAIN';
  }

  /** Keys that YAML 1.1 uses to merge mappings. */
  mergeKeys(): Problem[] {
    const problems: Problem[] = [];
    visit(this.document, {
      Pair: (_, { key }) => {
        if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN') return;
        const message =
          'got a merge key (<<), which is not supported. Write the properties, or an alias for the whole mapping.';
        problems.push(this.problemAt(key.range?.[0] ?? 0, message));
      },
    });
    return problems;
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
    if (code === 'DUPLICATE_KEY') return this.problemAt(pos[0], this.duplicate(pos[0]));
    const open = this.unclosed(pos[0]);
    if (open) return this.problemAt(pos[0], open);
    const advice = /\t/.test(message) || /\btabs?\b/i.test(message) ? ADVICE.TAB_AS_INDENT : ADVICE[code];
    return this.problemAt(pos[0], advice ?? `invalid YAML: ${lowerFirst(message)}`);
  }

  /** The message for a key that the mapping has already. */
  private duplicate(offset: number): string {
    let first: number | undefined;
    visit(this.document, {
      Map: (_, { items }) => {
        const keys = items.flatMap(({ key }) =>
          isScalar(key) && key.range ? [{ name: key.value, at: key.range[0] }] : [],
        );
        const second = keys.find(({ at }) => at === offset);
        first ??= second && keys.find(({ name }) => name === second.name)!.at;
      },
    });
    const also = first === undefined ? '' : `, first on line ${this.lines.linePos(first).line}`;
    return `duplicate key${also}. Remove one of them.`;
  }

  /** The message for an error at a list or mapping in brackets that does not end. */
  private unclosed(offset: number): string | undefined {
    let opened: number | undefined;
    const check = (_: unknown, { flow, range }: { flow?: boolean; range?: readonly number[] | null }) => {
      if (!flow || !range || range[0] > offset || range[1] < offset) return;
      // A mapping inside of a list can have no brackets.
      const isOpened = /[[{]/.test(this.text.charAt(range[0]));
      if (isOpened && !/[\]}]/.test(this.text.charAt(range[1] - 1))) opened = range[0];
    };
    visit(this.document, { Map: check, Seq: check });
    if (opened === undefined) return undefined;
    const { line, col } = this.lines.linePos(opened);
    const bracket = this.text.charAt(opened);
    const end = bracket === '[' ? ']' : '}';
    return `invalid YAML: ${bracket} on line ${line}, column ${col} is not closed. Add ${end} before this.`;
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
