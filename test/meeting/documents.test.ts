import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { ReplicatedMeetingService } from '../../src';
import { HOST_OPERATIONS, HTTP_STATUS } from '../../src/meeting/contract';
import { primaryStack } from '../support/synth';

const ROOT = join(__dirname, '../..');
const DOCS = join(ROOT, 'docs');
const API = readFileSync(join(DOCS, 'meeting-api.md'), 'utf8');
const OPERATIONS = readFileSync(join(DOCS, 'operations.md'), 'utf8');

/** The blocks of code of a language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);
}

/** What a heading is linked by. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^-\w ]/g, '')
      .replace(/ /g, '-'),
  );
}

describe('docs/meeting-api.md', () => {
  test('has every code with its status', () => {
    const explained = [...API.matchAll(/^\| `(\w+)` \| (\d{3}) \| .{20}/gm)].map(([, code, status]) => [code, +status]);
    expect(explained).toEqual(Object.entries(HTTP_STATUS));
  });

  test('has every operation, and no other', () => {
    const headings = [...API.matchAll(/^### ([A-Z][a-z]+[A-Z]\w+)$/gm)].map(([, heading]) => heading);
    expect(headings.sort()).toEqual([...HOST_OPERATIONS].sort());
  });

  test('has a request of every operation under its heading', () => {
    for (const operation of HOST_OPERATIONS) {
      const [, section] = API.split(new RegExp(`^### ${operation}$`, 'm'));
      expect(JSON.parse(blocks(section, 'json')[0])).toMatchObject({ operation, meeting: 'town-hall' });
    }
  });

  test('has examples that are JSON', () => {
    for (const example of blocks(API, 'json')) expect(() => JSON.parse(example)).not.toThrow();
  });

  test("has code for the browser that the service's client compiles with", () => {
    const snippets = blocks(API, 'ts');
    expect(snippets).toHaveLength(1);
    const dir = mkdtempSync(join(tmpdir(), 'snippet-'));
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom'],
      types: [],
      paths: { 'amazon-chime-sdk-js': [join(ROOT, 'node_modules/amazon-chime-sdk-js')] },
    };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts'] }));
    writeFileSync(join(dir, 'client.ts'), snippets[0]);
    try {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, '--project', dir], { encoding: 'utf8' });
    } catch (error) {
      throw new Error((error as { stdout?: string }).stdout || String(error));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

test('docs/operations.md has a section for every alarm', () => {
  const alarms = new ReplicatedMeetingService(primaryStack(), 'Meetings').addAlarms();
  const sections = OPERATIONS.split(/^## /m).filter((section) => section.startsWith('Alarm: '));
  const explained = sections.flatMap((section) => section.match(/^`(\w+Alarm)`: /m)?.[1] ?? []);
  expect(explained).toEqual(alarms.map(({ node }) => node.id));
});

describe('links', () => {
  const pages = [join(ROOT, 'README.md')].concat(
    readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(DOCS, name)),
  );

  test.each(pages.map((page) => relative(ROOT, page)))('of %s lead somewhere', (name) => {
    const page = join(ROOT, name);
    for (const [link, path, anchor] of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path ? resolve(dirname(page), path) : page;
      expect({ link, exists: existsSync(target) }).toEqual({ link, exists: true });
      if (anchor) expect(anchors(readFileSync(target, 'utf8'))).toContain(anchor);
    }
  });
});
