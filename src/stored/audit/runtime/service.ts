import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { Athena } from './athena';
import { Audit } from './audit';
import { Findings } from './findings';
import { HandOver } from './hand-over';
import { InventoryReader } from './inventory-reader';
import { lifecycleOf } from './lifecycle';
import { Reports } from './report/reports';
import { Requests } from './requests';
import { ResultReader } from './result-reader';
import { StateStore } from './state-store';
import { Telemetry } from './telemetry';
import { DynamoDbTable } from '../../../private/runtime/dynamodb-table';
import { patience } from '../../../private/runtime/patience';
import { ReplicaSummary, replicaPartition, SUMMARY } from '../../backfill/contract';
import { Failures, ReplicaStates } from '../../backfill/runtime';
import { AuditSettings, CopySettings, decodeSettings, SETTINGS_VARIABLE } from '../contract';

/** Creates the objects behind the function from its environment. */
export class Service {
  readonly telemetry = new Telemetry();
  readonly requests: Requests;
  readonly audit: Audit;
  private readonly settings: AuditSettings = decodeSettings(process.env[SETTINGS_VARIABLE]!);

  constructor() {
    const { settings, telemetry } = this;
    const { account, reports, workGroup, database, replicationTable } = settings;
    const s3 = new S3Client({ maxAttempts: 6, requestHandler: patience(30_000) });
    const table = replicationTable === undefined ? undefined : new DynamoDbTable(replicationTable, { maxAttempts: 8 });
    const store = new StateStore(s3, reports, account);
    const clientFor = byRegion((region) => new S3Client({ region, maxAttempts: 6, requestHandler: patience(30_000) }));
    const athenaFor = byRegion(
      (region) => new AthenaClient({ region, maxAttempts: 4, requestHandler: patience(30_000) }),
    );
    this.requests = new Requests(store, reports);
    this.audit = new Audit({
      ...{ settings, store, telemetry },
      inventories: new InventoryReader(clientFor, account),
      athena: new Athena(athenaFor, workGroup, database),
      results: new ResultReader(clientFor, account),
      findings: new Findings({ s3, bucket: reports, account, handOver: this.handOver(table) }),
      reports: new Reports(s3, reports, account, settings.name),
      lifecycleOf: ({ region, bucket }: CopySettings) => lifecycleOf(clientFor(region), bucket, account),
      summaryOf: async (replica) => table?.get<ReplicaSummary>({ pk: replicaPartition(replica), sk: SUMMARY }),
    });
  }

  /** The given-up limit is not needed: the audit only records findings. */
  private handOver(table: DynamoDbTable | undefined) {
    return (region: string, at: number, limit: number): HandOver | undefined => {
      if (!table) return undefined;
      const { bucket } = this.settings.replicas.find((replica) => replica.region === region)!;
      return new HandOver(new Failures(table, 1), new ReplicaStates(table), bucket, at, limit);
    };
  }
}

/** A client for each region, created when it is first used. */
function byRegion<C>(create: (region: string) => C): (region: string) => C {
  const clients = new Map<string, C>();
  return (region) => {
    const client = clients.get(region) ?? create(region);
    clients.set(region, client);
    return client;
  };
}
