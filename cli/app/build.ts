import { App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { MediaReplicationStack } from 'cdk-media-replication';
import { Construct } from 'constructs';
import { zonesContext } from './availability-zones';
import { cdkProblem } from './cdk-problem';
import { withoutPrintedReport } from './findings';
import { inputProblems, locate } from './input-problems';
import { propsOf } from './props';
import type { MediaConfig } from '../config/config';
import type { ConfigDocument } from '../config/document';
import { ConfigError, inOrder } from '../problems';

export interface Synthesised {
  readonly stack: MediaReplicationStack;
  readonly assembly: CloudAssembly;
}

/** Creates the stacks of a config, and writes their templates and assets into a folder. */
export function synthesise(config: MediaConfig, document: ConfigDocument, outdir: string): Synthesised {
  try {
    const stack = createStack(config, outdir);
    // As data: aws-cdk-lib would report them as text.
    const problems = stack.media._synthesisProblems();
    if (problems.length > 0) throw Object.assign(new Error(), { problems });
    return { stack, assembly: withoutPrintedReport(() => (stack.node.root as App).synth()) };
  } catch (error) {
    const problems = inputProblems(error).map((problem) => locate(problem, document));
    const ofCdk = problems.length > 0 ? undefined : cdkProblem(error, document);
    if (problems.length === 0 && !ofCdk) throw error;
    throw new ConfigError(ofCdk ? [ofCdk] : inOrder(problems));
  }
}

export function createStack(config: MediaConfig, outdir: string): MediaReplicationStack {
  const { bootstrapQualifier } = config;
  const app = new App({
    outdir,
    analyticsReporting: false,
    context: {
      ...zonesContext(config),
      ...(bootstrapQualifier && { '@aws-cdk/core:bootstrapQualifier': bootstrapQualifier }),
    },
  });
  let imports: Construct | undefined;
  const props = propsOf(config, () => (imports ??= importsOf(app.node.findChild(config.stackName) as Stack)));
  return new MediaReplicationStack(app, config.stackName, props);
}

/** The scope of imported resources, none of which is in a template. */
function importsOf(stack: Stack): Construct {
  return new Construct(stack, 'Imports');
}
