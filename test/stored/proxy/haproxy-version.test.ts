import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HAPROXY_VERSION } from '../../../src/stored/proxy/haproxy-version';

const ROOT = join(__dirname, '../../..');
const MINOR_VERSION = HAPROXY_VERSION.split('.').slice(0, 2).join('.');

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('HAPROXY_VERSION', () => {
  test('is the documented default', () => {
    expect(read('src/stored/proxy/props.ts')).toContain(`@default '${HAPROXY_VERSION}'`);
  });

  test('has the minor version of the documents', () => {
    const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.md'),
    );
    const versions = pages.flatMap((page) =>
      [...read(`docs/${page}`).matchAll(/haproxy(?:\.org\/| )(\d+\.\d+)/gi)].map(([, version]) => version),
    );
    expect(versions).not.toEqual([]);
    expect(new Set(versions)).toEqual(new Set([MINOR_VERSION]));
  });

  test('is known to the installation of the end-to-end suite, which reports another release line', () => {
    const script = 'test/e2e/install.sh';
    const [assignment] = /^haproxy_deployed=.*$/m.exec(read(script))!;
    const found = execFileSync('bash', ['-c', `${assignment}; echo $haproxy_deployed`, script], { cwd: ROOT });
    expect(found.toString().trim()).toBe(HAPROXY_VERSION);
  });
});
