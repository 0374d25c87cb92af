import { AuditReport } from './report';
import { Side, VersionRow } from '../sql';

const STYLE = [
  'body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#16191f;background:#fff}',
  'table{border-collapse:collapse;width:100%;margin:1rem 0}',
  'caption{text-align:left;font-weight:600;padding:.25rem 0}',
  'th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #b0b7c0;vertical-align:top}',
  'td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}',
  'code{overflow-wrap:anywhere;white-space:pre-wrap}',
  '.result{padding:.75rem 1rem;border-left:.4rem solid #1b6e3c;background:#eef7f0}',
  '.result.bad{border-color:#b3261e;background:#fdeeee}',
].join('');

const METHODS = {
  identical: 'The digests of both copies are the same, without the versions that are in flight.',
  unchanged: 'Neither copy has changed since the last full comparison, whose result still applies.',
  full: 'Every version was compared.',
} as const;

/** A page without scripts and without external resources. Every value in it is escaped. */
export function htmlOf(report: AuditReport): string {
  const { media, asOf, missing, different, extra, completedAt, prefix, since } = report;
  const isBad = missing + different > 0;
  const result = isBad
    ? `${number(missing)} missing and ${number(different)} different versions`
    : 'No version is missing or different';
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escape(`Audit of ${media}`)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>Audit of ${escape(media)}</h1>`,
    `<p class="result${isBad ? ' bad' : ''}"><strong>${escape(result)}</strong>, as of ${time(asOf)}.`,
    ` Later changes are not part of the comparison.${extra ? ` ${number(extra)} versions exist in a replica only.` : ''}</p>`,
    `<p>Completed at ${time(completedAt)}.${prefix === undefined ? '' : ` Only keys that begin with <code>${escape(prefix)}</code>.`}`,
    `${since === undefined ? '' : ` Only versions since ${time(since)}.`}</p>`,
    table('Copies', ['Region', 'Inventory', 'As of', '#Versions'], copiesOf(report)),
    ...report.replicas.map(replicaOf),
    '</main></body></html>\n',
  ].join('');
}

const copiesOf = ({ copies }: AuditReport): string[][] =>
  copies.map(({ region, inventory, asOf, versions }) => [
    escape(region),
    escape(inventory),
    time(asOf),
    versions === undefined ? '' : number(versions),
  ]);

function replicaOf({ region, method, handedOver, reasons }: AuditReport['replicas'][number]): string {
  const repaired = handedOver > 0 ? ` ${number(handedOver)} versions were handed over to the repair.` : '';
  return [
    `<h2>Replica in ${escape(region)}</h2><p>${METHODS[method]}${repaired}</p>`,
    reasons.length === 0
      ? '<p>No differences.</p>'
      : table(
          `Differences in ${region} by reason`,
          ['Reason', 'Exists in', '#Versions', '#Bytes'],
          reasons.map(({ meaning, side, versions, bytes }) => [
            escape(meaning),
            escape(sideOf(side)),
            number(versions),
            number(bytes),
          ]),
        ),
    ...reasons.map(({ meaning, side, versions, samples }) =>
      samples.length === 0
        ? ''
        : `<details><summary>${escape(meaning)} (${escape(sideOf(side))}): ${number(samples.length)} of ${number(versions)}</summary>` +
          `${table(`${meaning} in ${region}`, ['Key', 'Version ID', '#Size', 'Created'], samples.map(versionRow))}</details>`,
    ),
  ].join('');
}

const versionRow = ({ key, versionId, size, lastModified, deleteMarker }: VersionRow): string[] => [
  `<code>${escape(key)}</code>`,
  `<code>${escape(versionId || 'null')}</code>`,
  deleteMarker ? 'delete marker' : number(size),
  escape(lastModified),
];

/** Columns of numbers begin with `#`. The cells are escaped. */
function table(caption: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (column: number) => (columns[column].startsWith('#') ? ' class="n"' : '');
  const head = columns.map((name, index) => `<th scope="col"${cell(index)}>${escape(name.replace('#', ''))}</th>`);
  const body = rows.map((row) => `<tr>${row.map((each, index) => `<td${cell(index)}>${each}</td>`).join('')}</tr>`);
  return `<table><caption>${escape(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const sideOf = (side: Side): string => ({ source: 'the primary', target: 'the replica', both: 'both' })[side];

const number = (value: number): string => value.toLocaleString('en-US');

const time = (iso: string): string =>
  `<time datetime="${escape(iso)}">${escape(iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  // Control characters are not allowed in HTML. Keys can contain them.
  const visible = text.replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return visible.replace(/[&<>"']/g, (each) => ENTITIES[each]);
}
