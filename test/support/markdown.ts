import GithubSlugger from 'github-slugger';
import MarkdownIt, { Token } from 'markdown-it';

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** Whether the fence ends before the document does. */
  readonly closed: boolean;
}

export interface Link {
  readonly text: string;
  readonly url: string;
}

/** A document as GitHub reads it. */
export class Markdown {
  readonly headings: string[] = [];
  /** The anchors of the headings, and explicit ones. */
  readonly anchors: string[] = [];
  readonly links: Link[] = [];
  readonly codeBlocks: CodeBlock[] = [];
  /** Inline code. */
  readonly codeSpans: string[] = [];
  /** The rows of each table, beginning with its header. A cell is Markdown. */
  readonly tables: string[][][] = [];

  constructor(source: string) {
    const lines = source.split('\n');
    const slugger = new GithubSlugger();
    const blocks = new MarkdownIt({ html: true }).parse(source, {});
    blocks.forEach((token, index) => {
      if (token.type === 'table_open') this.tables.push([]);
      if (token.type === 'tr_open') this.tables.at(-1)!.push([]);
      if (token.type === 'html_block') this.addIds(token);
      if (token.type === 'fence') {
        const [, end] = token.map!;
        const closed = lines[end - 1].trim() === token.markup;
        this.codeBlocks.push({ language: token.info.trim(), code: token.content, closed });
      }
      if (token.type !== 'inline') return;
      const { type } = blocks[index - 1];
      if (type === 'heading_open') {
        const heading = textOf(token.children!);
        this.headings.push(heading);
        this.anchors.push(slugger.slug(heading));
      }
      if (type === 'th_open' || type === 'td_open') this.tables.at(-1)!.at(-1)!.push(token.content);
      this.addInline(token.children!);
    });
  }

  private addInline(tokens: Token[]): void {
    tokens.forEach((token, index) => {
      if (token.type === 'code_inline') this.codeSpans.push(token.content);
      if (token.type === 'html_inline') this.addIds(token);
      if (token.type === 'image') this.links.push({ text: token.content, url: String(token.attrGet('src')) });
      if (token.type === 'link_open') {
        const end = tokens.findIndex(({ type }, at) => at > index && type === 'link_close');
        this.links.push({ text: textOf(tokens.slice(index, end)), url: String(token.attrGet('href')) });
      }
    });
  }

  private addIds({ content }: Token): void {
    for (const [, id] of content.matchAll(/ id="([^"]+)"/g)) this.anchors.push(id);
  }
}

const textOf = (tokens: Token[]) => tokens.map(({ content }) => content).join('');
