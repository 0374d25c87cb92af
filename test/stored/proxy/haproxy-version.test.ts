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

  test('has the minor version that the end-to-end suite installs', () => {
    expect(/^haproxy_line=(.*)$/m.exec(read('test/e2e/install.sh'))![1]).toBe(MINOR_VERSION);
  });
});
