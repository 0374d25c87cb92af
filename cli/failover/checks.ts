import type { Platform, Site } from './platform';
import { AwsError } from '../aws/aws-cli';

/** Whether a bucket keeps versions, and replicates to the other one: what the config says may not be deployed. */
export async function replicationProblems(platform: Platform, source: Site): Promise<string[]> {
  const { from, to } = platform;
  const { aws, bucket, region } = source;
  const destination = source === from ? to : from;
  const ask = (operation: string) => aws.run('s3api', operation, { bucket });
  return collect(region, async () => {
    const [versioning, { ReplicationConfiguration }] = await Promise.all([
      ask('get-bucket-versioning'),
      ask('get-bucket-replication'),
    ]);
    const rules: any[] = ReplicationConfiguration?.Rules ?? [];
    const isReplicated = rules.some(
      ({ Status, Destination }) => Status === 'Enabled' && Destination.Bucket.split(':').pop() === destination.bucket,
    );
    return [
      ...(versioning?.Status === 'Enabled' ? [] : [`${bucket} has no versioning. Deploy the stacks.`]),
      ...(isReplicated
        ? []
        : [
            `${bucket} has no enabled rule that replicates to ${destination.bucket}. Deploy the stacks with writeToReplicas, and without a pause.`,
          ]),
    ];
  });
}

/** The problems that a check returns, or that AWS reports. */
export async function collect(region: string, check: () => Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [`${region}: ${error.message}`];
  }
}

/** @throws AwsError with all problems */
export function expectNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new AwsError(`${problems.join('\n')}\nNothing was changed.`);
}
