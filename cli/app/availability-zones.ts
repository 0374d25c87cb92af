import { Fn } from 'aws-cdk-lib';
import type { MediaConfig } from '../config/config';

/** The number of zones that aws-cdk-lib uses in a stack without an account. */
const DEFAULT_ZONES = 2;

/**
 * The zones of the replicas' regions, as CloudFormation determines them at deployment.
 *
 * In a stack with an account, aws-cdk-lib would look them up, which requires credentials. Until then, its templates contain
 * zones that do not exist (`dummy1a`).
 */
export function zonesContext({ account: primary, media }: MediaConfig): Record<string, string[]> {
  const zones = media.replicas.flatMap(({ region, account = primary, proxy }) => {
    if (account === undefined) return [];
    const count = Math.max(DEFAULT_ZONES, proxy?.maxAzs ?? 0);
    const names = Array.from({ length: count }, (_, index) => Fn.select(index, Fn.getAzs()));
    return [[`availability-zones:account=${account}:region=${region}`, names]];
  });
  return Object.fromEntries(zones);
}
