import { CostItem, enabled, inPrimary } from './cost-item';
import { isPaused } from './facts';
import type { Volumes } from './prices';

/** An item that is counted for each of a volume. */
export interface VariableItem extends CostItem {
  readonly volume: keyof Volumes;
  /** The number of requests in a unit. 1 by default. */
  readonly per?: number;
}

/** The assumed duration of a call of the router, and of each link in it: docs/costs.md. */
export const ROUTER_SECONDS = { perCall: 0.01, perLink: 0.000_02 };

/** A run each day, in one pass: the digests read an inventory once, and the full comparison twice. docs/costs.md. */
const AUDIT = { runsPerMonth: 30, bytesPerVersion: 100, reads: 3 };

export const VARIABLE_ITEMS: Record<string, VariableItem> = {
  storage: { name: 'S3 storage', price: 'storageGBMonth', volume: 'storedGB', count: ({ copies }) => copies },
  putRequests: {
    name: 'S3 PUT requests',
    price: 'putRequests1000',
    volume: 'uploadedObjectsPerMonth',
    per: 1000,
    count: ({ region, copies }, { replicas }) => (isPaused(region, replicas) ? 0 : copies),
  },
  replicationTransfer: {
    name: 'Data transfer to replicas',
    price: 'replicationTransferGB',
    volume: 'uploadedGBPerMonth',
    count: inPrimary(({ replicas }) => enabled(replicas).length),
  },
  replicationTimeControl: {
    name: 'Replication Time Control',
    price: 'replicationTimeControlGB',
    volume: 'uploadedGBPerMonth',
    count: inPrimary(({ replicas }) => enabled(replicas).filter(({ timeControl }) => timeControl).length),
  },
  getRequests: {
    name: 'S3 GET requests',
    price: 'getRequests1000',
    volume: 'downloadRequestsPerMonth',
    per: 1000,
    count: inPrimary(() => 1),
  },
  download: { name: 'Data transfer to viewers', price: 'downloadGB', volume: 'downloadedGBPerMonth', count: () => 1 },
  routerRequests: {
    name: 'Router: requests',
    price: 'functionRequestsMillion',
    volume: 'routerRequestsPerMonth',
    per: 1e6,
    count: inPrimary(() => 1),
  },
  routerTime: {
    name: 'Router: duration',
    price: 'functionGBSecond',
    volume: 'routerRequestsPerMonth',
    count: inPrimary(({ router }) => router.memoryGB * (ROUTER_SECONDS.perCall + ROUTER_SECONDS.perLink)),
  },
  routerHttpApi: {
    name: 'Router: HTTP API',
    price: 'httpApiRequestsMillion',
    volume: 'routerRequestsPerMonth',
    per: 1e6,
    count: inPrimary(({ router }) => (router.httpApi ? 1 : 0)),
  },
  auditInventories: {
    name: 'Audit: inventories',
    price: 'inventoryMillion',
    volume: 'storedVersions',
    per: 1e6,
    count: ({ copies }, { auditMetrics }) => (auditMetrics > 0 ? copies * AUDIT.runsPerMonth : 0),
  },
  auditQueries: {
    name: 'Audit: queries',
    price: 'athenaTB',
    volume: 'storedVersions',
    per: 1e12 / AUDIT.bytesPerVersion,
    count: ({ copies }, { auditMetrics }) => (auditMetrics > 0 ? copies * AUDIT.runsPerMonth * AUDIT.reads : 0),
  },
  meetings: {
    name: 'Meetings',
    price: 'attendeeMinute',
    volume: 'attendeeMinutesPerMonth',
    count: inPrimary(() => 1),
  },
};
