import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plan } from '../cli/commands/plan';
import { Commands, run } from '../cli/run';

/** Draws docs/plan.svg: the command that README shows, and its output: `npx tsx --tsconfig scripts/tsconfig.json scripts/plan-picture.ts`. */
const ROOT = join(__dirname, '..');
export const PICTURE = join(ROOT, 'docs/plan.svg');

const COLUMNS = 88;
const SIZE = { char: 8, line: 18, font: 13, margin: 20 };

/** The config in README, as a user would plan it. */
export function configInReadme(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  return /```yaml\n([^]*?)```/.exec(readme)![1];
}

export async function planPicture(): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'plan-'));
  try {
    writeFileSync(join(cwd, 'media.yaml'), configInReadme());
    let output = '';
    const stdout = { isTTY: true, columns: COLUMNS, write: (text: string) => (output += text) };
    const stderr = { write: () => undefined };
    const world = { cwd, env: { NO_COLOR: '1' }, stdout, stderr };
    const code = await run(['plan'], world, { plan: () => plan } as Partial<Commands> as Commands);
    if (code !== 0) throw new Error(`plan failed (${code}).`);
    return draw(['$ npx cdk-media-replication plan', ...output.trimEnd().split('\n')]);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** A terminal with lines of text. Each has a fixed length, so that tables are aligned in every font. */
function draw(lines: readonly string[]): string {
  const { char, line, font, margin } = SIZE;
  const width = COLUMNS * char + 2 * margin;
  const height = lines.length * line + 2 * margin;
  const text = lines.flatMap((each, index) => {
    if (each === '') return [];
    const type = index === 0 ? 'command' : /^[│┌├└ ]/.test(each) ? 'plain' : 'title';
    const place = `x="${margin}" y="${margin + index * line + font}" textLength="${each.length * char}"`;
    return `  <text class="${type}" ${place}>${escaped(each)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    '  <title id="title">The output of npx cdk-media-replication plan</title>',
    '  <style>',
    `    text { font: ${font}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d9e2ec }`,
    '    .command { fill: #7bc47f }',
    '    .title { fill: #ffffff; font-weight: bold }',
    '  </style>',
    `  <rect width="${width}" height="${height}" rx="8" fill="#1f2933"/>`,
    ...text,
    '</svg>',
    '',
  ].join('\n');
}

/** XML text. No-break spaces, because others are collapsed. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/ /g, '\u00a0');
}

if (require.main === module) void planPicture().then((picture) => writeFileSync(PICTURE, picture));
