import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Command, printJson } from '../context';
import { printWarnings } from './warnings';
import { withTemporaryFolder } from '../deployment/folder';
import { collectFacts } from '../plan/collect';
import { estimateCosts } from '../plan/costs';
import { planOf } from '../plan/plan';
import { quotaNeeds } from '../plan/quotas';
import { showPlan } from '../plan/show';

/** Shows what a config would deploy. */
export const plan: Command = (context) => {
  const { config: file, cwd, stdout, terminal } = context;
  const { config, document } = loadConfig(file, cwd);
  const facts = withTemporaryFolder((folder) => {
    const { stack, assembly } = synthesise(config, document, folder);
    if (!context.json) printWarnings(context, assembly);
    return collectFacts(config, stack, assembly);
  });
  const quotas = quotaNeeds(facts, config.meetings?.controlRegion);
  const costs = config.estimate && estimateCosts(facts, config.estimate);
  const planned = planOf(config.stackName, facts, quotas, costs);
  if (context.json) return printJson(context, planned);
  stdout.write(showPlan(planned, terminal));
};
