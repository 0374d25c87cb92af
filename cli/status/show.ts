import { AuditStatus } from './audit';
import { BackfillStatus } from './backfill';
import { CanaryStatus } from './canary';
import { Read, Status } from './status';
import type { FailoverRecord } from '../failover/records';
import { drawTable } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

/** Later than the default threshold of the latency alarm. */
const LATE_SECONDS = 900;
const COLUMNS = [
  { title: 'Part' },
  { title: 'Region' },
  { title: 'State', wraps: true },
  { title: 'Details', wraps: true },
  { title: 'As of (UTC)' },
];

type Cells = readonly [state: string, details?: string, asOf?: string];

/** Everything in one table. */
export function showStatus(
  { stackName, stacks, replication, backfill, canary, audit, failover }: Status,
  terminal: Terminal,
): string {
  const row = (part: string, region: string, [state, details = '', asOf]: Cells) => {
    return [part, region, state, details || '-', asOf ? minute(asOf) : '-'];
  };
  const rows = [
    ...stacks.map((stack) =>
      row(
        'stack',
        stack.region,
        unlessProblem(stack, (each) => ofStack(each, stack.stackName)),
      ),
    ),
    ...replication.map((each) => row('replication', each.region, unlessProblem(each, ofReplication))),
    ...backfill.map((each) => row('backfill', each.region, unlessProblem(each, ofBackfill))),
    ...(canary ? [row('canary', canary.region, unlessProblem(canary, ofCanary))] : []),
    ...(audit ? [row('audit', audit.region, unlessProblem(audit, ofAudit))] : []),
    ...(failover ? [row('failover', failover.region, unlessProblem(failover, ofFailover))] : []),
  ];
  return `${terminal.colors.bold(stackName)}\n${drawTable(terminal, COLUMNS, rows)}`;
}

function unlessProblem<T extends object>(value: Read<T>, cells: (value: T) => Cells): Cells {
  return 'problem' in value ? ['unknown', value.problem] : cells(value);
}

type Of<K extends 'stacks' | 'replication'> = Exclude<Status[K][number], { readonly problem: string }>;

function ofStack({ status = 'not deployed', reason, changedAt }: Of<'stacks'>, stackName: string): Cells {
  return [status, [stackName, reason].filter(Boolean).join(': '), changedAt];
}

function ofReplication(replication: Of<'replication'>): Cells {
  if ('paused' in replication) return ['paused'];
  if ('withoutMetrics' in replication) return ['no metrics', 'replicationMetrics is false'];
  const { latencySeconds, pendingBytes, pendingOperations, failedOperations, asOf } = replication;
  const details = [
    ...(latencySeconds === undefined ? [] : [`${number(latencySeconds)} s behind`]),
    ...(pendingOperations ? [`${number(pendingOperations)} operations pending`] : []),
    ...(pendingBytes ? [`${bytes(pendingBytes)} pending`] : []),
    ...(failedOperations === undefined ? [] : [`${number(failedOperations)} failed in 24 h`]),
  ];
  const state = failedOperations
    ? 'failures'
    : (latencySeconds ?? 0) > LATE_SECONDS
      ? 'late'
      : asOf === undefined
        ? 'no uploads in the last hour'
        : 'ok';
  return [state, details.join(', '), asOf];
}

function ofBackfill({ job, jobsInProgress, outstanding, givenUp }: BackfillStatus): Cells {
  const details = [
    ...(job?.done === undefined ? [] : [`${number(job.done)} of ${number(job.total ?? job.done)} objects`]),
    ...(job?.failed ? [`${number(job.failed)} failed`] : []),
    ...(job?.secondsLeft === undefined ? [] : [`${duration(job.secondsLeft)} left`]),
    ...(job?.failure ? [job.failure] : []),
    ...(jobsInProgress > 0 && job?.state === 'finished' ? ['a repair is in progress'] : []),
    ...(outstanding > 0 ? [`${number(outstanding)} objects not replicated`] : []),
    ...(givenUp > 0 ? [`${number(givenUp)} given up`] : []),
  ];
  if (!job) return ['none', details.join(', ')];
  return [job.state === 'finished' ? (job.outcome ?? 'finished') : STATES[job.state], details.join(', '), job.asOf];
}

const STATES = { wanted: 'waiting', started: 'running', reporting: 'running' } as const;

function ofCanary({ lastRun, isOverdue, failedRegions, replicationSeconds }: CanaryStatus): Cells {
  const times = Object.entries(replicationSeconds).map(([region, seconds]) => `${region} after ${number(seconds)} s`);
  const failures = failedRegions.map((region) => `${region} failed`);
  const state = isOverdue ? (lastRun ? 'overdue' : 'no recent run') : failures.length > 0 ? 'failures' : 'ok';
  return [state, [...failures, ...times].join(', '), lastRun];
}

function ofAudit({ state, waiting, run, last, failure }: AuditStatus): Cells {
  const details = [
    ...(last ? [`${number(last.missing)} missing`, `${number(last.different)} different`] : []),
    ...(run ? [`${run.done} of ${run.total} queries`] : []),
    ...(waiting ? [waiting.message] : []),
    ...(failure ? [failure.message] : []),
  ];
  const result = !last ? 'no result yet' : last.missing + last.different > 0 ? 'differences' : 'ok';
  return [failure ? 'failed' : state === 'running' ? 'running' : result, details.join(', '), last?.asOf];
}

function ofFailover({ active }: { active?: FailoverRecord }): Cells {
  return active ? ['active', `uploads and reads go to ${active.to}`, active.startedAt] : ['none'];
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function duration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${number(minutes / 60)} h`;
}

function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return `${number(value / 1000 ** power)} ${['bytes', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
