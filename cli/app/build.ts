import { App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { MediaReplicationStack } from 'cdk-media-replication';
import { Construct } from 'constructs';
import { constructProblems } from './construct-problems';
import { withoutPrintedReport } from './findings';
import { propsOf } from './props';
import type { LoadedConfig } from '../config/load';
import { ConfigError } from '../problems';

export interface Synthesised {
  readonly stack: MediaReplicationStack;
  readonly assembly: CloudAssembly;
}

/** Makes the stacks that a config means, and writes their templates and assets into a folder. */
export function synthesise({ config, document }: LoadedConfig, outdir: string): Synthesised {
  try {
    const { bootstrapQualifier } = config;
    const app = new App({
      outdir,
      analyticsReporting: false,
      context: bootstrapQualifier ? { '@aws-cdk/core:bootstrapQualifier': bootstrapQualifier } : {},
    });
    let imports: Construct | undefined;
    const props = propsOf(config, () => (imports ??= importsOf(app.node.findChild(config.stackName) as Stack)));
    const stack = new MediaReplicationStack(app, config.stackName, props);
    return { stack, assembly: withoutPrintedReport(() => app.synth()) };
  } catch (error) {
    const problems = constructProblems(error, { config, document });
    throw problems.length > 0 ? new ConfigError(problems) : error;
  }
}

/** A place for what exists already. Nothing in it becomes a resource of its own. */
function importsOf(stack: Stack): Construct {
  return new Construct(stack, 'Imports');
}
