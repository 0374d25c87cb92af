import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { environmentProblems } from './environment-size';
import { allow, statement } from './policy-statements';
import { shortened } from './shortened';

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#lambda-CreateFunction-request-Description */
const MAX_DESCRIPTION = 256;
/** The folder of the bundled handlers, relative to lib/private and to src/private. */
const ASSETS = join(__dirname, '../../assets');

export interface HandlerFunctionProps {
  /** The handler's path in src/, without `.lambda.ts`. */
  readonly handler: string;
  /** The exported function. @default 'handler' */
  readonly export?: string;
  readonly description: string;
  readonly environment?: Record<string, string>;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly runtime?: lambda.Runtime;
  /** @default - a log group of its own */
  readonly logGroup?: logs.ILogGroup;
  /** Of the log group of its own. */
  readonly logRetention?: logs.RetentionDays;
  /** Permissions that are part of the role, instead of a policy resource. */
  readonly policy?: iam.PolicyDocument;
  /** @default - the bundle of the handler */
  readonly code?: lambda.Code;
  /** A physical name, for functions that another region calls. */
  readonly functionName?: string;
  /** The physical name of the role, if a policy in another account refers to it. */
  readonly roleName?: string;
  /** @default - not in a VPC */
  readonly network?: HandlerNetwork;
}

export interface HandlerNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroup: ec2.ISecurityGroup;
}

/** The folder with the bundle of a handler. */
export function bundleOf(handler: string): string {
  const path = join(ASSETS, `${handler}.lambda`);
  if (!existsSync(path)) {
    throw new Error(`${path} does not exist, because the package was not built. Run \`npx projen bundle\`.`);
  }
  return path;
}

export function handlerLogs(scope: Construct, id: string, retention = logs.RetentionDays.ONE_MONTH): logs.LogGroup {
  return new logs.LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.DESTROY });
}

/**
 * A Lambda function on Node.js 24 and arm64 with its own role. The role has permission to write to the function's log
 * group only.
 */
export function handlerFunction(scope: Construct, id: string, props: HandlerFunctionProps): lambda.Function {
  const { network, functionName, policy } = props;
  const logGroup = props.logGroup ?? handlerLogs(scope, `${id}Logs`, props.logRetention);
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    roleName: props.roleName,
    inlinePolicies: policy && { Permissions: policy },
  });
  if (network) grantNetworkInterfaces(scope, role, functionName!);
  policy?.addStatements(statement(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn));
  const logging = policy ? undefined : logGroup.grantWrite(role);
  const fn = new lambda.Function(scope, id, {
    description: shortened(props.description, MAX_DESCRIPTION),
    runtime: props.runtime ?? lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    handler: `index.${props.export ?? 'handler'}`,
    code: props.code ?? lambda.Code.fromAsset(bundleOf(props.handler)),
    role,
    memorySize: props.memorySize,
    timeout: props.timeout,
    environment: props.environment,
    functionName,
    logGroup,
    vpc: network?.vpc,
    vpcSubnets: network?.subnets,
    securityGroups: network && [network.securityGroup],
    allowPublicSubnet: network ? true : undefined, // it needs no internet access
  });
  fn.node.addValidation({ validate: () => environmentProblems(fn, props.environment) });
  logging?.applyBefore(fn.node.defaultChild!);
  return fn;
}

/** The actions that Lambda needs to attach a function to a VPC. They do not support resource-level permissions. */
const NETWORK_INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Grants Lambda permission to manage the network interfaces of a function, and denies it to the function's own code.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
 */
function grantNetworkInterfaces(scope: Construct, role: iam.Role, functionName: string): void {
  const functionArn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(role, NETWORK_INTERFACES, '*');
  role.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: NETWORK_INTERFACES,
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    }),
  );
}
