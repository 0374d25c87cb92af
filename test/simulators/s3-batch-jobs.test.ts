import { runJobs, S3Simulator } from './s3';
import { S3ControlSimulator } from './s3-control';
import { ACCOUNT, keysIn, policy, REPLICA, replicateBy, rule, SOURCE, startS3 } from './support/s3';
import { createJob, clientOf, CSV_MANIFEST, GENERATOR, startS3Control } from './support/s3-control';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/jobs`;
const SOURCE_BUCKET = `arn:aws:s3:::${SOURCE}`;
const FILTER = { EligibleForReplication: true, ObjectReplicationStatuses: ['NONE', 'FAILED'] as ('NONE' | 'FAILED')[] };

async function start(): Promise<{ s3: S3Simulator; control: S3ControlSimulator }> {
  const s3 = await startS3();
  const control = await startS3Control({ account: ACCOUNT });
  s3.buckets.create({ name: 'reports', region: 'us-east-1', account: ACCOUNT });
  s3.roles.put(
    ROLE,
    policy({ Effect: 'Allow', Principal: { Service: 'batchoperations.s3.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  );
  s3.roles.putPolicy(
    ROLE,
    'policy',
    policy(
      { Effect: 'Allow', Action: 's3:InitiateReplication', Resource: `${SOURCE_BUCKET}/*` },
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::reports/*' },
    ),
  );
  return { s3, control };
}

function backfill(control: S3ControlSimulator, Filter: object = FILTER): Promise<string> {
  const ManifestGenerator = { S3JobManifestGenerator: { ...GENERATOR, SourceBucket: SOURCE_BUCKET, Filter } };
  return createJob(clientOf(control), { RoleArn: ROLE, ManifestGenerator });
}

describe('jobs', () => {
  test('replicate existing objects, once', async () => {
    const { s3, control } = await start();
    replicateBy(s3, rule({ Status: 'Disabled' }));
    s3.buckets.put(SOURCE, 'a', '1');
    s3.buckets.put(SOURCE, 'a', '2');
    s3.buckets.put(SOURCE, 'b', '1');
    s3.buckets.remove(SOURCE, 'b');
    replicateBy(s3, rule());
    const jobId = await backfill(control);
    await runJobs(s3, control);
    expect(control.job(jobId).view).toMatchObject({ status: 'Complete', succeeded: 4, failed: 0 });
    expect(keysIn(s3, REPLICA)).toEqual(['a']);
    const again = await backfill(control);
    await runJobs(s3, control);
    expect(control.job(again).view).toMatchObject({ status: 'Failed', total: 0 });
  });

  test('select by time and status', async () => {
    const { s3, control } = await start();
    s3.buckets.put(SOURCE, 'completed', '1');
    s3.settle();
    const before = s3.clock.now();
    s3.clock.advance(1000);
    s3.buckets.put(SOURCE, 'later', '1');
    const jobId = await backfill(control, {
      EligibleForReplication: true,
      ObjectReplicationStatuses: ['COMPLETED', 'PENDING'],
      CreatedBefore: new Date(before),
    }).catch(() => undefined);
    expect(jobId).toBeUndefined(); // PENDING is no status that the filter knows
    const valid = await backfill(control, {
      ObjectReplicationStatuses: ['COMPLETED'],
      CreatedBefore: new Date(before),
    });
    await runJobs(s3, control);
    expect(control.job(valid).view).toMatchObject({ status: 'Complete', total: 1 });
  });

  test('read a manifest, write a report, and need their own permissions', async () => {
    const { s3, control } = await start();
    const { versionId } = s3.buckets.put(SOURCE, 'a b', '1');
    s3.buckets.put('reports', 'manifest.csv', `${SOURCE},a%20b,${versionId}\n${SOURCE},none,1\n`);
    const Manifest = {
      ...CSV_MANIFEST,
      Location: { ObjectArn: 'arn:aws:s3:::reports/manifest.csv', ETag: 'a'.repeat(32) },
    };
    const create = () => createJob(clientOf(control), { RoleArn: ROLE, Manifest, ManifestGenerator: undefined });
    await create();
    await runJobs(s3, control);
    expect(keysIn(s3, REPLICA)).toEqual(['a b']);
    const report = s3.buckets
      .get('reports')
      .versions.map(({ body }) => body)
      .join('');
    expect(report).toContain(`${SOURCE},a%20b,${versionId},succeeded`);
    expect(report).toContain(`${SOURCE},none,1,failed,400,SrcObjectNotFound`);
    s3.roles.putPolicy(
      ROLE,
      'policy',
      policy({ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: '*' }),
    );
    const denied = await create().then(
      (id) => id,
      () => undefined,
    );
    expect(denied).toBeDefined();
    await runJobs(s3, control);
    expect(control.job(denied!).view).toMatchObject({ succeeded: 0, failed: 2 });
  });
});
