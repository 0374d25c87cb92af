import type { ReplicaAudit } from 'cdk-media-replication';
import { AwsCli } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';

/** A completed run, as `DescribeAudit` returns it. docs/stored/replica-audit.md describes the fields. */
export interface AuditResult {
  readonly id: string;
  readonly asOf: string;
  readonly completedAt: string;
  readonly prefix?: string;
  readonly since?: string;
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
  readonly replicas: readonly {
    readonly region: string;
    readonly method: string;
    readonly handedOver: number;
    readonly reasons: readonly {
      readonly reason: string;
      readonly side: string;
      readonly versions: number;
      readonly bytes: number;
    }[];
  }[];
  readonly report: { readonly html: string; readonly json: string };
}

export interface AuditStatus {
  readonly state: 'idle' | 'waiting' | 'running';
  /** Why a requested run has not started. */
  readonly waiting?: { readonly message: string };
  readonly run?: { readonly id: string; readonly done: number; readonly total: number };
  readonly last?: AuditResult;
  readonly lastScoped?: AuditResult;
  /** Why the last run failed. */
  readonly failure?: { readonly at: string; readonly message: string };
}

/** Asks the function of the audit. */
export async function auditStatus(audit: ReplicaAudit, aws: AwsCli): Promise<AuditStatus> {
  return invoke(await nameOf(audit.function, 'audit', aws), { operation: 'DescribeAudit' }, aws);
}
