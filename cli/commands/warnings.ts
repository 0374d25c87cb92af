import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { findingsIn } from '../app/findings';
import type { Context } from '../context';

/** Prints warnings and other messages of the synthesis to stderr. */
export function printWarnings({ messages, stderr }: Context, assembly: CloudAssembly): void {
  for (const { level, construct, text } of findingsIn(assembly)) {
    const color = level === 'info' ? messages.colors.dim : messages.colors.yellow;
    const line = `${construct}: ${text}`;
    stderr.write(messages.isTerminal ? `${color(level)}\n${messages.wrap(line, 2)}\n` : `${color(level)}  ${line}\n`);
  }
}
