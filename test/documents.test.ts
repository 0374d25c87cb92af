import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Markdown } from './support/markdown';
import { MAX_DIRECT_TEMPLATE_BYTES } from '../cli/deployment/request';
import * as meeting from '../src/live/meeting/contract';
import { CONTROL_REGIONS, MEDIA_REGIONS } from '../src/live/meeting/regions';
import { MAX_PREFIX_LENGTH } from '../src/private/naming';
import { API_REQUESTS, CONCURRENT_MEETINGS, REPLICAS_PER_MEETING } from '../src/private/quotas';
import { KEYS_IN_REPORT, MAX_REPAIRS, OVERDUE_HOURS } from '../src/stored/audit/contract';
import * as backfill from '../src/stored/backfill/contract';
import { MAX_PAGE } from '../src/stored/backfill/runtime/failures/failures';
import { OVERHEAD_SECONDS, START_SECONDS } from '../src/stored/canary/contract';
import { haproxyConfig } from '../src/stored/proxy/haproxy-config';
import * as routing from '../src/stored/routing/contract';
import * as session from '../src/stored/routing/session-policy';

const ROOT = join(__dirname, '..');

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const markdownIn = (folder: string, recursive = false) =>
  readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md') && name !== 'API.md'),
  ...markdownIn('docs', true).map((name) => `docs/${name}`),
];

/** README is read on npm, PyPI and Construct Hub too, where relative links lead nowhere. */
const ABSOLUTE =
  /^https:\/\/(?:github\.com|raw\.githubusercontent\.com)\/cdk-media-replication\/cdk-media-replication\/(?:blob\/)?main\//;

const parsed = new Map<string, Markdown>();
function markdown(page: string): Markdown {
  const document = parsed.get(page) ?? new Markdown(read(page));
  parsed.set(page, document);
  return document;
}

/** The links of a page to files of this repository. */
function links(page: string): { url: string; target: string; anchor?: string }[] {
  return markdown(page).links.flatMap(({ url }) => {
    const [path, anchor] = url.split('#');
    if (ABSOLUTE.test(path)) return { url, target: path.replace(ABSOLUTE, ''), anchor };
    if (/^https?:/.test(path)) return [];
    return { url, target: path ? relative(ROOT, resolve(dirname(join(ROOT, page)), path)) : page, anchor };
  });
}

describe('links', () => {
  test.each(pages)('of %s point to existing files and headings', (page) => {
    for (const { url, target, anchor } of links(page)) {
      expect({ url, exists: existsSync(join(ROOT, target)) }).toEqual({ url, exists: true });
      if (anchor && target.endsWith('.md')) expect(markdown(target).anchors).toContain(anchor);
    }
  });

  test('of README.md are absolute', () => {
    const urls = markdown('README.md').links.map(({ url }) => url);
    expect(urls.filter((url) => !/^(https:|#)/.test(url))).toEqual([]);
  });
});

test.each(pages)('%s closes every code block, since an open one hides the sections after it', (page) => {
  const wrong = markdown(page).codeBlocks.filter(({ code, closed }) => !closed || /^ *```/m.test(code));
  expect(wrong).toEqual([]);
});

describe('indexes', () => {
  const targets = (page: string) => new Set(links(page).map(({ target }) => target));

  test('docs/README.md lists every page', () => {
    const known = targets('docs/README.md');
    const all = markdownIn('docs', true)
      .filter((name) => name !== 'README.md' && !/^decisions\W\d/.test(name))
      .map((name) => `docs/${name}`);
    expect(all.filter((page) => !known.has(page))).toEqual([]);
  });

  test('docs/decisions/README.md lists every decision by its number and title, in order', () => {
    const listed = markdown('docs/decisions/README.md').links.filter(({ url }) => /^\d/.test(url));
    const decisions = markdownIn('docs/decisions').filter((name) => name !== 'README.md');
    const headings = decisions.sort().map((url) => [url, markdown(`docs/decisions/${url}`).headings[0]]);
    expect(listed.map(({ url, text }) => [url, `${Number.parseInt(url)}. ${text}`])).toEqual(headings);
  });
});

describe('TypeScript snippets', () => {
  test('compile in every document', () => {
    const dir = mkdtempSync(join(tmpdir(), 'snippets-'));
    const installed = (name: string) => dirname(require.resolve(`${name}/package.json`));
    const paths = {
      'cdk-media-replication': [join(ROOT, 'src')],
      ...Object.fromEntries(
        ['aws-cdk-lib', 'constructs'].flatMap((name) => [
          [name, [installed(name)]],
          [`${name}/*`, [`${installed(name)}/*`]],
        ]),
      ),
      '*': [join(ROOT, 'node_modules/*')],
    };
    const files = pages.flatMap((page) =>
      markdown(page)
        .codeBlocks.filter(({ language }) => language === 'ts')
        .map(({ code }, index) => {
          const file = `${page.replace(/\W/g, '-')}-${index + 1}.ts`;
          writeFileSync(join(dir, file), code);
          return file;
        }),
    );
    expect(files.length).toBeGreaterThan(15);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths,
    };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    try {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, '--project', dir], { encoding: 'utf8' });
    } catch (error) {
      throw new Error((error as { stdout?: string }).stdout || String(error));
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 120_000);
});

describe('docs/migration.md', () => {
  test('explains every error that a deployment to an imported bucket can fail with', () => {
    const source = ['merge-rules', 'merge-notification', 'rules-resource', 'events-resource', 'replication-bucket']
      .map((name) => read(`src/stored/bucket/runtime/${name}.ts`))
      .join('');
    const thrown = [...source.matchAll(/throw new (?:Error|RulesConflict)\(\s*([^]+?),?\s*\);\n/g)]
      .map(([, text]) => text.replace(/['`] \+\s+['`]/g, '').replace(/\\/g, ''))
      .filter((message) => !message.includes('is deleted with this stack')); // when the stack is deleted
    const [, ...rows] = markdown('docs/migration.md').tables.find(
      ([[header]]) => header === 'the event of the stack says',
    )!;
    const explained = rows.map(([message]) => message.replace(/^`|`$/g, ''));
    expect(thrown.filter((message) => !explained.some((part) => message.includes(part)))).toEqual([]);
    expect(explained.filter((part) => !thrown.some((message) => message.includes(part)))).toEqual([]);
  });
});

describe('docs/limits.md', () => {
  const rows = markdown('docs/limits.md').tables.flatMap(([, ...body]) => body);

  const isWritten = (value: number) => value.toLocaleString('en-US');

  /** The source text of a constant that its file does not export. */
  function textOf(file: string, name: string): string {
    const [, text] = new RegExp(`^const ${name} = (.+);$`, 'm').exec(read(`${file}.ts`)) ?? [];
    if (text === undefined) throw new Error(`${file}.ts has no constant ${name}.`);
    return text;
  }

  function numberOf(file: string, name: string): number {
    const factors = textOf(file, name).replace(/_/g, '').split(' * ').map(Number);
    return factors.reduce((product, factor) => product * factor);
  }

  function durationOf(file: string, name: string): Duration {
    const [, unit, count] = /^Duration\.(days|hours|minutes|seconds)\((\d+)\)$/.exec(textOf(file, name))!;
    return Duration[unit as 'days'](Number(count));
  }

  const count = (file: string, name: string) => isWritten(numberOf(file, name));
  const seconds = (file: string, name: string) => `${isWritten(numberOf(file, name) / 1_000)} s`;
  const passedHeaders = /del-header \^\(\?!\(([^)]+)\)/.exec(
    haproxyConfig({ upstreamHost: 'b', balancerIdleTimeout: 60, memoryLimitMiB: 512 }),
  )![1];

  test.each([
    ['rules in an imported bucket', count('src/stored/bucket/runtime/merge-rules', 'MAX_RULES')],
    ['attempts to write rules', count('src/stored/bucket/runtime/replication-bucket', 'TRIES')],
    ['`namePrefix`', `${MAX_PREFIX_LENGTH} characters`],
    ['reason of a failed deployment', `${count('src/private/runtime/custom-resource', 'MAX_REASON')} characters`],

    ['margin of the backfill after a pause', `${backfill.PAUSE_MARGIN_DAYS} days`],
    ['attempts for a backfill', `${backfill.MAX_BACKFILL_ATTEMPTS} times`],
    ['`repair.maxAttempts`', `by default ${backfill.DEFAULT_MAX_ATTEMPTS}`],
    ['objects in a repair', isWritten(backfill.MAX_REPAIR_OBJECTS)],
    ['finished repairs', count('src/stored/backfill/runtime/status', 'REPAIRS_SHOWN')],
    [
      'failures in a page',
      `1 to ${isWritten(MAX_PAGE)}, by default ${count('src/stored/backfill/runtime/status', 'DEFAULT_PAGE')}`,
    ],
    ['retention of failures', `${count('src/stored/backfill/runtime/failures/failures', 'KEPT_DAYS')} days`],
    ['retention of failures', `${count('src/stored/backfill/runtime/failures/failures', 'GONE_DAYS')} days`],
    [
      'retention of reports, manifests and repairs',
      `${count('src/stored/backfill/runtime/jobs/worker', 'KEPT_DAYS')} days`,
    ],
    [
      'retention of reports, manifests and repairs',
      durationOf('src/stored/backfill/job-store', 'KEPT').toHumanString(),
    ],
    ['retention of failure events', `${count('src/stored/backfill/failure-queue', 'MAX_RECEIVES')} failed attempts`],

    ['request headers that reach S3', String(passedHeaders.split('|').length)],
    ['connections of a server', count('src/stored/proxy/haproxy-config', 'MAX_CONNECTIONS')],

    ['objects in a call', isWritten(routing.MAX_OBJECTS)],
    ['length of an object key', `1 to ${isWritten(routing.MAX_KEY_BYTES)} bytes`],
    ['`createdAt` in the future', seconds('src/stored/routing/runtime/request', 'CLOCK_SKEW_MS')],
    ['lifetime of a link |', `1 to ${isWritten(routing.MAX_LINK_SECONDS)} s`],
    ['default lifetime of a link', Duration.seconds(routing.DEFAULT_LINK_SECONDS).toHumanString()],
    ['default lifetime of a link', `at most ${Duration.seconds(routing.DEFAULT_MAX_LINK_SECONDS).toHumanString()}`],
    ['lifetime of a link over HTTP', `up to ${isWritten(routing.MAX_SESSION_LINK_SECONDS)} s`],
    ['lifetime of a link over HTTP', `by default ${isWritten(routing.DEFAULT_SESSION_LINK_SECONDS)}`],
    ['value of the claim', `1 to ${session.MAX_CLAIM_LENGTH} letters`],
    ['session policy of', `${isWritten(session.MAX_SESSION_POLICY_LENGTH)} characters`],
    ['sessions of `LinkAccess.byClaim`', count('src/stored/routing/runtime/link-sessions', 'MAX_SESSIONS')],
    ['concurrent S3 requests of a call', count('src/stored/routing/runtime/object-reader', 'CONCURRENCY')],
    [
      'pause after a copy did not answer (timeout, connection error, 5xx)',
      seconds('src/stored/routing/runtime/arrivals', 'SKIP_MS'),
    ],
    ['cached versions that have arrived', count('src/stored/routing/runtime/arrivals', 'VERSIONS_KEPT')],
    ['cache time of a missing version', seconds('src/stored/routing/runtime/arrivals', 'SHORT_TTL_MS')],
    ['`replicationDelay`', `0 to ${isWritten(routing.MAX_DELAY_SECONDS)} s`],
    ['`replicationDelay`', `by default ${routing.DEFAULT_DELAY_SECONDS}`],
    [
      'delay until changed preferences take effect',
      `${count('src/stored/routing/runtime/live-preferences', 'POLL_SECONDS')} s`,
    ],
    ['`user` |', `1 to ${routing.MAX_USER_LENGTH} printable characters`],
    ['delay until a changed preference of a user takes effect', `${routing.USERS_CACHED_SECONDS} s`],
    ['time to read the preference of a user', `${routing.USER_READ_MS} ms`],
    ['fallbacks to the primary', `${routing.DEFAULT_FALLBACK_PERCENT} %`],

    ['attendees of a session', String(meeting.MAX_ATTENDEES)],
    ['attendees with `FHD`', count('src/live/meeting/replicated-meeting', 'SHARP_ATTENDEES')],
    ['replicas of a meeting', String(REPLICAS_PER_MEETING.value)],
    ['concurrent sessions', String(CONCURRENT_MEETINGS.value)],
    ['calls of each Chime API operation', `${API_REQUESTS.perSecond} a second, burst of ${API_REQUESTS.burst}`],
    ['seats of a meeting', isWritten(meeting.MAX_ATTENDEES * (1 + REPLICAS_PER_MEETING.value))],
    ['participants of a batch', String(meeting.MAX_BATCH)],
    [
      'seats of a batch that are taken together',
      count('src/live/meeting/runtime/seats/batch-joining', 'SEATS_AT_ONCE'),
    ],
    ['users of a batch in one session', count('src/live/meeting/runtime/seats/batch-joining', 'SEATS_TOGETHER')],
    ['unused promotion', seconds('src/live/meeting/runtime/seats/users', 'UNUSED_MS')],
    ['places on the stage', `${count('src/live/meeting/replicated-meeting', 'STAGE_SLOTS')} by default`],
    ['`stageGrace`', `0 to ${count('src/live/meeting/room-rules', 'DAY_SECONDS')} s`],
    ['`stageGrace`', `by default ${count('src/live/meeting/replicated-meeting', 'STAGE_GRACE_SECONDS')}`],
    ['duration of a start', seconds('src/live/meeting/runtime/rooms/generations', 'START_MS')],
    ['lease of a concurrent start or end', seconds('src/live/meeting/runtime/rooms/generations', 'LEASE_MS')],
    ['age up to which', seconds('src/live/meeting/runtime/rooms/sessions', 'YOUNG_MS')],
    ['age up to which', seconds('src/live/meeting/runtime/rooms/sessions', 'SECOND_CALL_AFTER_MS')],
    ['events of a batch', count('src/live/meeting/reconciler-triggers', 'EVENTS_PER_BATCH')],
    ['events of a batch', `${durationOf('src/live/meeting/reconciler-triggers', 'BATCHING_WINDOW').toSeconds()} s`],
    ['events of a batch', `${count('src/live/meeting/reconciler-triggers', 'CONCURRENT_BATCHES')} batches`],
    ['events of a batch', durationOf('src/live/meeting/reconciler-triggers', 'EVENT_AGE').toHumanString()],
    ['time until DynamoDB must respond', seconds('src/live/meeting/runtime/service', 'DYNAMODB_PATIENCE_MS')],
    ['time until DynamoDB must respond', `${count('src/live/meeting/runtime/service', 'DYNAMODB_ATTEMPTS')} attempts`],
    ['control regions', String(CONTROL_REGIONS.length)],
    ['media regions', String(MEDIA_REGIONS.length)],

    ['`timeout`', durationOf('src/stored/canary/validation', 'MAX_TIMEOUT').toHumanString()],
    ['`timeout`', `${OVERHEAD_SECONDS} s`],
    ['`prefix`', `${count('src/stored/canary/validation', 'MAX_PREFIX_BYTES')} bytes`],
    ['tags, including the tags of the rules', count('src/stored/canary/validation', 'MAX_TAGS')],
    [
      'latency of reads through a proxy',
      `${durationOf('src/stored/canary/canary-alarms', 'PROXY_LATENCY').toSeconds()} s`,
    ],
    ['first deployment of `StoppedAlarm`', `${START_SECONDS} s`],

    ['`bytesScannedCutoff`', '10 MiB'],
    ['`inventoriesExpiration`', durationOf('src/stored/audit/validation', 'MIN_INVENTORIES').toHumanString()],
    ['versions that one run hands over', isWritten(MAX_REPAIRS)],
    ['keys in a report', String(KEYS_IN_REPORT)],
    ['passes of a comparison', count('src/stored/audit/runtime/audit', 'MAX_PASSES')],
    ['attempts for a query', count('src/stored/audit/runtime/audit', 'MAX_ATTEMPTS')],
    ['`OverdueAlarm`', `${OVERDUE_HOURS} hours`],

    ['alarms in the overview', count('src/platform/monitoring/media-monitoring', 'MAX_ALARMS_IN_A_WIDGET')],
    ['alarms in one EventBridge rule', count('src/platform/monitoring/alarm-routes', 'ALARMS_PER_RULE')],
    ['a template that `deploy.sh`', `${isWritten(MAX_DIRECT_TEMPLATE_BYTES)} bytes`],
  ])('has %s: %s', (limit, number) => {
    const [row, ...others] = rows.map((cells) => cells.join(' | ')).filter((line) => line.startsWith(limit));
    expect(others).toEqual([]);
    const whole = number.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    expect(row).toMatch(new RegExp(`(?<![\\d,.])${whole}(?!\\d|[.,]\\d)`));
  });

  test('has the limit, its value and who sets it in every row', () => {
    for (const row of rows) {
      const [limit, value, setBy] = row;
      expect({ row, complete: [limit, value, setBy].every((cell) => cell !== '') }).toEqual({ row, complete: true });
    }
  });

  test('has every quota that the command line checks', () => {
    const quotas = read('cli/plan/quotas.ts') + read('src/private/quotas.ts');
    const codes = [...quotas.matchAll(/code: '(L-\w+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(3);
    for (const code of codes) expect(rows.filter((row) => row.join().includes(code))).not.toEqual([]);
  });
});
