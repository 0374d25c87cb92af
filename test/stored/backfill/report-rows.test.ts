import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { decodeKey, encodeKey, manifestRow } from '../../../src/stored/backfill/runtime/object-keys';
import { forEachInParallel } from '../../../src/stored/backfill/runtime/parallel';
import { ReportRow, reportRows } from '../../../src/stored/backfill/runtime/reports/report-rows';

async function read(text: string, fromRow?: number): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for await (const row of reportRows(Readable.from([Buffer.from(text)]), fromRow)) rows.push(row);
  return rows;
}

test('decodeKey reverses encodeKey', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      const encoded = encodeKey(key);
      expect(encoded).toMatch(/^[A-Za-z0-9._~%/-]+$/);
      expect(decodeKey(encoded)).toBe(key);
    }),
  );
});

test.each([
  ['a+b%2Bc', 'a b+c'],
  ['100%', '100%'],
  ['%C3%A9', 'é'],
])('decodeKey(%j) is %j', (text, key) => expect(decodeKey(text)).toBe(key));

test('a manifest row contains the bucket, the encoded key and the version', () => {
  expect(manifestRow('media', { key: 'a, "b"\n/c d', versionId: 'v1' })).toBe('media,a%2C%20%22b%22%0A/c%20d,v1\n');
});

describe('reportRows', () => {
  const ROWS = [
    'media,a%20b,v1,succeeded,200,,Successful',
    'media,c,v2,failed,500,SrcObjectNotEligible,Object is not eligible for replication',
    'media,d,,failed,DstObjectHardDeleted,400,"quoted, ""really"""',
    'media,e,v4,failed,403,"<script>",x',
    'media,f,v5,failed,503,,"two\nlines"',
    'media,g,v6,failed,400,AccessDenied,a "loose" quote',
  ].join('\n');

  test('reads both orders of the codes, quotes and line breaks', async () => {
    expect(await read(`${ROWS}\n`)).toEqual([
      { key: 'a b', versionId: 'v1', succeeded: true, code: 'Unknown' },
      { key: 'c', versionId: 'v2', succeeded: false, code: 'SrcObjectNotEligible' },
      { key: 'd', versionId: 'null', succeeded: false, code: 'DstObjectHardDeleted' },
      { key: 'e', versionId: 'v4', succeeded: false, code: 'Unknown' },
      { key: 'f', versionId: 'v5', succeeded: false, code: 'Unknown' },
      { key: 'g', versionId: 'v6', succeeded: false, code: 'AccessDenied' },
    ]);
  });

  test('continues from any row', async () => {
    const all = await read(ROWS);
    for (let row = 0; row <= all.length; row++) expect(await read(ROWS, row + 1)).toEqual(all.slice(row));
  });

  test('fails when the connection breaks', async () => {
    const body = Readable.from(
      (function* () {
        yield Buffer.from(ROWS);
        throw new Error('reset');
      })(),
    );
    await expect(async () => {
      for await (const row of reportRows(body)) void row;
    }).rejects.toThrow('reset');
  });

  test('closes the connection when the iteration ends early', async () => {
    const body = Readable.from([`${ROWS}\n`, `${ROWS}\n`].map((text) => Buffer.from(text)));
    for await (const row of reportRows(body)) {
      void row;
      break;
    }
    expect(body.destroyed).toBe(true);
  });
});

test('forEachInParallel fails with the first error, after all running tasks have ended', async () => {
  let running = 0;
  const work = forEachInParallel([1, 2, 3, 4, 5, 6], 3, async (item) => {
    running++;
    await new Promise((done) => setTimeout(done, item));
    running--;
    if (item === 2) throw new Error('two');
  });
  await expect(work).rejects.toThrow('two');
  expect(running).toBe(0);
});
