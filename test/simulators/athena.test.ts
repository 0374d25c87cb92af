import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { AthenaFault, AthenaSimulator, QueryFailed } from './athena';
import { CLIENT_DEFAULTS, Running } from './support/running';

const running = new Running();
const TOKEN = 'a'.repeat(32);
const WORK_GROUP = {
  name: 'audit',
  region: 'us-east-1',
  arn: 'arn:aws:athena:us-east-1:111111111111:workgroup/audit',
  outputLocation: 's3://reports/results/',
};

async function start({ bytes = 10, fails = false, isAllowed = true } = {}) {
  const results: Record<string, string> = {};
  const athena = running.simulator(
    await AthenaSimulator.start({
      engine: {
        execute: async () => {
          if (fails) throw new QueryFailed({ reason: 'SYNTAX_ERROR', category: 2 });
          return { columns: ['one', 'two'], rows: [['1', 'a "quoted" text']], bytes };
        },
        write: (location, body) => void (results[location] = body),
      },
      isAllowed: () => isAllowed,
    }),
  );
  athena.putWorkGroup({ ...WORK_GROUP, bytesScannedCutoff: 100 });
  const client = (region = 'us-east-1') =>
    running.client(new AthenaClient({ ...CLIENT_DEFAULTS, region, endpoint: athena.endpoint }));
  const query = (QueryString: string, ClientRequestToken = TOKEN, region?: string) =>
    client(region).send(new StartQueryExecutionCommand({ QueryString, ClientRequestToken, WorkGroup: 'audit' }));
  const status = async (QueryExecutionId?: string, region?: string) =>
    (await client(region).send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution!;
  return { athena, results, query, status };
}

describe('the simulator of Athena', () => {
  test('queues a query until it is settled, writes its result, and reports the end', async () => {
    const { athena, results, query, status } = await start();
    const { QueryExecutionId: id } = await query('SELECT 1');
    expect((await status(id)).Status!.State).toBe('QUEUED');
    expect(await athena.settle()).toMatchObject([
      { source: 'aws.athena', detail: { currentState: 'SUCCEEDED', queryExecutionId: id, workgroupName: 'audit' } },
    ]);
    const { ResultConfiguration, Status, Statistics } = await status(id);
    expect([Status!.State, Statistics!.DataScannedInBytes]).toEqual(['SUCCEEDED', 10]);
    expect(results[ResultConfiguration!.OutputLocation!]).toBe('"one","two"\n"1","a ""quoted"" text"\n');
    expect(await athena.settle()).toEqual([]);
  });

  test('returns the same query for the same token, and refuses another one', async () => {
    const { query } = await start();
    const first = await query('SELECT 1');
    expect((await query('SELECT 1')).QueryExecutionId).toBe(first.QueryExecutionId);
    await expect(query('SELECT 2')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(query('SELECT 1', 'short')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('cancels a query above the byte limit, and fails one that the engine refuses', async () => {
    const large = await start({ bytes: 101 });
    const { QueryExecutionId } = await large.query('SELECT 1');
    await large.athena.settle();
    expect((await large.status(QueryExecutionId)).Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: expect.stringContaining('Bytes scanned limit'),
    });
    const wrong = await start({ fails: true });
    const { QueryExecutionId: failed } = await wrong.query('SELEC');
    await wrong.athena.settle();
    expect((await wrong.status(failed)).Status).toMatchObject({
      State: 'FAILED',
      AthenaError: { ErrorCategory: 2, Retryable: false },
    });
    expect([large.results, wrong.results]).toEqual([{}, {}]);
  });

  test('knows workgroups and queries of a region only, and refuses what is not allowed', async () => {
    const { query, status } = await start();
    const { QueryExecutionId } = await query('SELECT 1');
    await expect(query('SELECT 1', TOKEN, 'eu-west-1')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(status(QueryExecutionId, 'eu-west-1')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    const denied = await start({ isAllowed: false });
    await expect(denied.query('SELECT 1')).rejects.toThrow('not authorized');
  });

  test('throttles', async () => {
    const { athena, query } = await start();
    athena.faults.inject(AthenaFault.throttled());
    await expect(query('SELECT 1')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    await query('SELECT 1');
  });
});
