import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  Attributes,
  DeployedResource,
  generatedName,
  Properties,
  ResourceContext,
  ResourceType,
} from './resource-type';
import { CustomResourceRequest } from '../cloudformation';

const FUNCTION: ResourceType = {
  replacedBy: ['FunctionName'],
  create: (properties, context) => putFunction(properties.FunctionName ?? generatedName(context), properties, context),
  update: (properties, { attributes }, context) => putFunction(attributes.Ref, properties, context),
  delete: ({ attributes }, { cloud }) => {
    cloud.restart(attributes.Arn);
    cloud.functions.delete(attributes.Arn);
  },
};

function putFunction(name: string, { Handler, Role }: Properties, context: ResourceContext): Attributes {
  const { cloud, stack, logicalId, assembly, resolve } = context;
  const arn = `arn:aws:lambda:${stack.region}:${stack.account}:function:${name}`;
  cloud.restart(arn);
  const address = { arn, name, stackName: stack.name, logicalId };
  cloud.functions.set(arn, { ...address, handler: Handler, roleArn: Role, assembly, resolve });
  return { Ref: name, Arn: arn };
}

const EVENT_SOURCE_MAPPING: ResourceType = {
  create: ({ EventSourceArn, FunctionName }, { cloud, stack }) => {
    const arn = `arn:aws:lambda:${stack.region}:${stack.account}:function:${FunctionName}`;
    cloud.consumers.set(EventSourceArn, FunctionName.startsWith('arn:') ? FunctionName : arn);
    return { Ref: cloud.random() };
  },
  update: ({ EventSourceArn, FunctionName }, old, context) => {
    const { attributes, properties } = old;
    if (properties.EventSourceArn === EventSourceArn && properties.FunctionName === FunctionName) return attributes;
    return EVENT_SOURCE_MAPPING.create({ EventSourceArn, FunctionName }, context);
  },
  delete: ({ properties }, { cloud }) => void cloud.consumers.delete(properties.EventSourceArn),
};

const SCHEDULE: ResourceType = {
  create: (properties, context) => putSchedule(`${context.stack.name}-${context.logicalId}`, properties, context),
  update: (properties, { attributes }, context) => putSchedule(attributes.Ref, properties, context),
  delete: ({ attributes }, { cloud }) => void cloud.schedules.delete(attributes.Ref),
};

/** Rules for events are left out: nothing here sends any. */
function putSchedule(id: string, { ScheduleExpression, Targets }: Properties, { cloud }: ResourceContext): Attributes {
  if (ScheduleExpression) {
    const targets = Targets.map(({ Arn, Input }: any) => ({ functionArn: Arn, input: JSON.parse(Input ?? '{}') }));
    cloud.schedules.set(id, { expression: ScheduleExpression, targets });
  }
  return { Ref: id, Arn: `arn:aws:events:::rule/${id}` };
}

const TABLE: ResourceType = {
  replacedBy: ['TableName', 'KeySchema'],
  create: async (properties, context) => {
    const Ref = properties.TableName ?? generatedName(context);
    await context.cloud.dynamo.createTable(Ref, properties);
    const { region, account } = context.stack;
    return { Ref, Arn: `arn:aws:dynamodb:${region}:${account}:table/${Ref}` };
  },
  delete: async ({ attributes }, { cloud, stack }) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new DynamoDBClient({ endpoint: cloud.dynamo.endpoint, region: stack.region, credentials });
    await client.send(new DeleteTableCommand({ TableName: attributes.Ref }));
    client.destroy();
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html */
export const CUSTOM_RESOURCE: ResourceType = {
  create: (properties, context) => send('Create', properties, undefined, context),
  update: (properties, old, context) => {
    if (properties.ServiceToken !== old.properties.ServiceToken) {
      throw new Error('Modifying service token is not allowed.');
    }
    return send('Update', properties, old, context);
  },
  delete: async (old, context) => void (await send('Delete', old.properties, old, context)),
};

async function send(
  RequestType: CustomResourceRequest['RequestType'],
  properties: Properties,
  old: DeployedResource | undefined,
  { cloud, stack, logicalId, type }: ResourceContext,
): Promise<Attributes> {
  const request = {
    RequestType,
    LogicalResourceId: logicalId,
    PhysicalResourceId: old?.attributes.Ref,
    ResourceType: type,
    StackId: `arn:aws:cloudformation:${stack.region}:${stack.account}:stack/${stack.name}/1`,
    ResourceProperties: asStrings(properties),
    ...(RequestType === 'Update' && { OldResourceProperties: asStrings(old!.properties) }),
  };
  const fn = await cloud.deployed(properties.ServiceToken);
  const { Status, Reason, PhysicalResourceId, Data = {} } = await cloud.cloudFormation.send(fn, request);
  if (Status === 'FAILED') throw new Error(Reason);
  return { ...(Data as Record<string, string>), Ref: PhysicalResourceId };
}

/** CloudFormation passes every scalar as a string. */
function asStrings(value: any): any {
  if (Array.isArray(value)) return value.map(asStrings);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asStrings(part)]));
}

export const FUNCTIONS: Readonly<Record<string, ResourceType>> = {
  'AWS::DynamoDB::Table': TABLE,
  'AWS::Events::Rule': SCHEDULE,
  'AWS::Lambda::EventSourceMapping': EVENT_SOURCE_MAPPING,
  'AWS::Lambda::Function': FUNCTION,
};
