import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Group, row } from './rows';
import { median, timeProcess } from './workspace';

const RUNS = 5;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMIT = { resources: 500, bytes: 1_000_000 };

/**
 * A `MediaReplicationStack` with N replicas, each with a proxy. The time is compared with that of as many empty stacks,
 * the largest template with the CloudFormation limits.
 */
export function benchPlatform(workspace: string): Group {
  const rows = [1, 5, 20].flatMap((size) => {
    const times: Record<string, number[]> = {};
    const outdir = (name: string) => join(workspace, `out-${name}`);
    for (let run = 0; run < RUNS; run++) {
      for (const name of ['platform', 'empty']) {
        (times[name] ??= []).push(timeProcess(workspace, [`${name}.js`, String(size)], outdir(name)));
      }
    }
    const templates = readdirSync(outdir('platform')).filter((file) => file.endsWith('.template.json'));
    const texts = templates.map((file) => readFileSync(join(outdir('platform'), file), 'utf8'));
    const resources = texts.map((text) => Object.keys(JSON.parse(text).Resources).length);
    const [name, largest] = [`everything, ${size} replica${size === 1 ? '' : 's'}`, 'largest template'];
    return [
      row(`synth time, ${name}`, median(times.platform), 'ms', median(times.empty)),
      row(`resources, ${name}, ${largest}`, Math.max(...resources), 'resources', LIMIT.resources),
      row(`size, ${name}, ${largest}`, Math.max(...texts.map(({ length }) => length)), 'bytes', LIMIT.bytes),
    ];
  });
  return {
    title: 'MediaReplicationStack',
    how: `A \`MediaReplicationStack\` in which each replica has a proxy. Time: the whole process, compared with one that creates as many empty stacks, median of ${RUNS} runs. Resources and size: of the largest template, compared with the [CloudFormation limits](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).`,
    versions: [],
    rows,
  };
}
