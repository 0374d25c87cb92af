import { audienceOf, withSessionsFor } from './audience';
import { collectFacts } from './collect';
import { estimateCosts } from './costs';
import { Plan, planOf } from './plan';
import { quotaNeeds } from './quotas';
import { StackResources, stackResources } from './stack-resources';
import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { printWarnings } from '../commands/warnings';
import type { Context } from '../context';
import { withTemporaryFolder } from '../deployment/folder';

export interface PlannedFile {
  readonly file: string;
  readonly plan: Plan;
  readonly resources: StackResources[];
}

/** The plan of a config file. */
export function planFile(file: string, context: Context, { warn }: { readonly warn: boolean }): PlannedFile {
  const { config, document } = loadConfig(file, context.cwd);
  const { facts, resources } = withTemporaryFolder((folder) => {
    const { stack, assembly } = synthesise(config, document, folder);
    if (warn) printWarnings(context, assembly);
    return { facts: collectFacts(config, stack, assembly), resources: stackResources(assembly) };
  });
  const audience = audienceOf(facts, context.audience, config.estimate);
  const quotas = quotaNeeds(withSessionsFor(audience, facts), config.meetings?.controlRegion);
  const costs = estimateCosts(facts, config.estimate);
  return { file, resources, plan: planOf(config.stackName, facts, audience, quotas, costs) };
}
