import { Token } from 'aws-cdk-lib';
import { S3MediaProxyOptions } from './props';
import { Problems } from '../../private/problems';

export const DEFAULT_CPU = 1024;
export const DEFAULT_MEMORY_MIB = 2048;

/** The memory that Fargate offers for a number of CPU units, in MiB. */
interface MemoryRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const FARGATE_SIZES: { readonly [cpu: number]: MemoryRange } = {
  256: { min: 512, max: 2048, step: 512 },
  512: { min: 1024, max: 4096, step: 1024 },
  1024: { min: 2048, max: 8192, step: 1024 },
  2048: { min: 4096, max: 16384, step: 1024 },
  4096: { min: 8192, max: 30720, step: 1024 },
  8192: { min: 16384, max: 61440, step: 4096 },
  16384: { min: 32768, max: 122880, step: 8192 },
};

/** Fargate rejects other sizes when the task definition is created. */
export function validateServerSize(problems: Problems, props: S3MediaProxyOptions): void {
  const { cpu = DEFAULT_CPU, memoryLimitMiB = DEFAULT_MEMORY_MIB } = props;
  if (Token.isUnresolved(cpu)) return;
  const range = FARGATE_SIZES[cpu];
  const isOffered = problems.expect(range !== undefined, {
    property: 'cpu',
    got: cpu,
    expected: `a number of CPU units that Fargate offers (${Object.keys(FARGATE_SIZES).join(', ')})`,
    fix: 'Remove it to use the default, 1024, or specify 256 for the small size.',
  });
  if (!isOffered || Token.isUnresolved(memoryLimitMiB)) return;
  const { min, max, step } = range;
  // 1,536 MiB is the one step that Fargate leaves out.
  const isValid = memoryLimitMiB >= min && memoryLimitMiB <= max && memoryLimitMiB % step === 0;
  problems.expect(isValid && memoryLimitMiB !== 1536, {
    property: 'memoryLimitMiB',
    got: memoryLimitMiB,
    expected: `${min} to ${max} MiB with ${cpu} CPU units, in the steps that Fargate offers`,
    fix: `Specify \`memoryLimitMiB: ${min}\`, or another number of CPU units.`,
  });
}
