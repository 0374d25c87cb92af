import { execFileSync } from 'node:child_process';
import { Group, row } from './rows';
import { median } from './workspace';

const RUNS = 15;

/** What the library adds to an app that has loaded aws-cdk-lib: `baseline` is the load of aws-cdk-lib itself. */
export function benchImport(workspace: string): Group {
  const script = `
    const start = process.hrtime.bigint();
    require('aws-cdk-lib');
    const before = process.hrtime.bigint();
    require('cdk-media-replication');
    console.log(Number(before - start) / 1e6, Number(process.hrtime.bigint() - before) / 1e6);`;
  const runs = Array.from({ length: RUNS }, () =>
    execFileSync(process.execPath, ['-e', script], { cwd: workspace, encoding: 'utf8' }).trim().split(' ').map(Number),
  );
  const cdk = median(runs.map(([time]) => time));
  const library = median(runs.map(([, time]) => time));
  return {
    title: 'Loading',
    how: `The time that \`require('cdk-media-replication')\` takes after \`require('aws-cdk-lib')\`, compared with the latter, median of ${RUNS} processes.`,
    versions: [],
    rows: [row('import time added to aws-cdk-lib', library, 'ms', cdk)],
  };
}
