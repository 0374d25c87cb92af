import { Principal } from '../iam';

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
export interface WorkGroup {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly bytesScannedCutoff?: number;
  /** `s3://bucket/prefix/` */
  readonly outputLocation: string;
}

export type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface Query {
  readonly id: string;
  readonly sql: string;
  readonly database: string;
  readonly workGroup: WorkGroup;
  readonly principal?: Principal;
  readonly token: string;
  state: State;
  reason?: string;
  error?: QueryFailure;
  bytesScanned: number;
}

/** Why the engine fails a query. */
export interface QueryFailure {
  readonly reason: string;
  /** 1: system, 2: user, 3: other. */
  readonly category: 1 | 2 | 3;
  readonly retryable?: boolean;
}
