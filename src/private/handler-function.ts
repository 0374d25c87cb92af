import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Where the package keeps the bundled handlers, seen from lib/private and from src/private. */
const ASSETS = join(__dirname, '../../assets');

export interface HandlerFunctionProps {
  /** The handler's path in src/, without `.lambda.ts`. */
  readonly handler: string;
  /** What it exports: `handler` if not given. */
  readonly export?: string;
  readonly description: string;
  readonly environment?: Record<string, string>;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly runtime?: lambda.Runtime;
  readonly logRetention?: logs.RetentionDays;
  /** The code, where it is more than the bundle. */
  readonly code?: lambda.Code;
}

export interface Handler {
  readonly function: lambda.Function;
  readonly logGroup: logs.LogGroup;
}

/** Where the bundle of a handler is. */
export function bundleOf(handler: string): string {
  const path = join(ASSETS, `${handler}.lambda`);
  if (!existsSync(path)) throw new Error(`${path} is missing: the package was not built. Run \`npx projen compile\`.`);
  return path;
}

/**
 * A function of this library: bundled, on Node.js 24 and arm64, with a log group and a role of its own. The role may
 * write into that log group, and no more.
 */
export function handlerFunction(scope: Construct, id: string, props: HandlerFunctionProps): Handler {
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new iam.Role(scope, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const logging = logGroup.grantWrite(role);
  const fn = new lambda.Function(scope, id, {
    description: props.description,
    runtime: props.runtime ?? new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS),
    architecture: lambda.Architecture.ARM_64,
    handler: `index.${props.export ?? 'handler'}`,
    code: props.code ?? lambda.Code.fromAsset(bundleOf(props.handler)),
    role,
    memorySize: props.memorySize,
    timeout: props.timeout,
    environment: props.environment,
  });
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  // The property of the L2 is younger than the lowest aws-cdk-lib.
  resource.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
  logging.applyBefore(resource);
  return { function: fn, logGroup };
}
