import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HAPROXY_VERSION } from '../../../src/stored/proxy/haproxy-version';

const MINOR_VERSION = HAPROXY_VERSION.split('.').slice(0, 2).join('.');

const read = (path: string) => readFileSync(join(__dirname, '../../..', path), 'utf8');

describe('HAPROXY_VERSION', () => {
  test('is the documented default', () => {
    expect(read('src/stored/proxy/props.ts')).toContain(`@default '${HAPROXY_VERSION}'`);
    expect(read('docs/cli.md')).toContain(`Default: '${HAPROXY_VERSION}'.`);
  });

  test.each(['docs/operations.md', 'docs/benchmarks.md', 'docs/decisions/0007-haproxy.md'])(
    'has the minor version in %s',
    (path) => {
      const versions = [...read(path).matchAll(/haproxy(?:\.org\/| )(\d+\.\d+)/gi)].map(([, version]) => version);
      expect(versions).not.toEqual([]);
      expect(new Set(versions)).toEqual(new Set([MINOR_VERSION]));
    },
  );

  test('has the minor version that the end-to-end suite installs', () => {
    expect(/^haproxy_line=(.*)$/m.exec(read('test/e2e/install.sh'))![1]).toBe(MINOR_VERSION);
  });
});
