import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { Context } from '../context';

/** What constructs have to say, besides what is wrong: on stderr. */
export function printWarnings({ messages, stderr }: Context, assembly: CloudAssembly): void {
  const said = assembly.stacksRecursively.flatMap(({ messages: all }) => all);
  const unique = new Map(said.map(({ id, level, entry }) => [`${id} ${String(entry.data)}`, { id, level, entry }]));
  for (const { id, level, entry } of unique.values()) {
    const color = level === 'warning' ? messages.colors.yellow : messages.colors.dim;
    const text = `${id.replace(/^\//, '')}: ${String(entry.data).replace(/ \[ack: [^\]]+\]$/, '')}`;
    stderr.write(`${color(level)}\n${messages.wrap(text, 2)}\n`);
  }
}
