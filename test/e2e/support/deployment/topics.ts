import { Attributes, generatedName, Properties, ResourceContext, ResourceType } from './resource-type';

const arnOf = (service: string, name: string, { stack }: ResourceContext) =>
  `arn:aws:${service}:${stack.region}:${stack.account}:${name}`;

const TOPIC: ResourceType = {
  replacedBy: ['TopicName'],
  create: (properties, context) =>
    putTopic(arnOf('sns', properties.TopicName ?? generatedName(context), context), properties, context),
  update: (properties, { attributes }, context) => putTopic(attributes.Ref, properties, context),
  delete: ({ attributes }, { cloud }) => void cloud.messaging.topics.delete(attributes.Ref),
};

function putTopic(Ref: string, { KmsMasterKeyId }: Properties, { cloud, stack }: ResourceContext): Attributes {
  const key = KmsMasterKeyId && cloud.s3.keys.resolve(KmsMasterKeyId, stack.region, stack.account);
  cloud.messaging.topics.set(Ref, { keyArn: key?.arn, policy: cloud.messaging.topics.get(Ref)?.policy });
  return { Ref, TopicArn: Ref, TopicName: Ref.split(':').pop()! };
}

const TOPIC_POLICY: ResourceType = {
  create: ({ Topics, PolicyDocument }, { cloud }) => {
    for (const arn of Topics) cloud.messaging.topics.get(arn)!.policy = PolicyDocument;
    return { Ref: cloud.random() };
  },
  update: (properties, { attributes }, context) => ({ ...TOPIC_POLICY.create(properties, context), ...attributes }),
};

const SUBSCRIPTION: ResourceType = {
  replacedBy: ['Endpoint', 'Protocol', 'TopicArn'],
  create: (properties, { cloud }) => putSubscription(`${properties.TopicArn}:${cloud.random()}`, properties, cloud),
  update: (properties, { attributes }, { cloud }) => putSubscription(attributes.Ref, properties, cloud),
  delete: ({ attributes }, { cloud }) => void cloud.messaging.subscriptions.delete(attributes.Ref),
};

function putSubscription(Ref: string, properties: Properties, { messaging }: ResourceContext['cloud']): Attributes {
  const { TopicArn, Protocol, Endpoint, RawMessageDelivery, FilterPolicy, FilterPolicyScope } = properties;
  if (Protocol !== 'sqs' || RawMessageDelivery !== true) throw new Error('Only raw messages to queues are simulated.');
  if (FilterPolicy && FilterPolicyScope !== 'MessageBody') throw new Error('Only filters on bodies are simulated.');
  messaging.subscriptions.set(Ref, { topicArn: TopicArn, queueArn: Endpoint, filter: FilterPolicy });
  return { Ref };
}

const QUEUE: ResourceType = {
  replacedBy: ['QueueName'],
  create: ({ QueueName }, context) => {
    const name = QueueName ?? generatedName(context);
    const Arn = arnOf('sqs', name, context);
    context.cloud.messaging.queues.create(Arn);
    return {
      Ref: `https://sqs.${context.stack.region}.amazonaws.com/${context.stack.account}/${name}`,
      Arn,
      QueueName: name,
    };
  },
  delete: ({ attributes }, { cloud }) => cloud.messaging.queues.delete(attributes.Arn),
};

const QUEUE_POLICY: ResourceType = {
  create: ({ Queues, PolicyDocument }, context) => {
    for (const url of Queues) {
      context.cloud.messaging.queuePolicies.set(arnOf('sqs', url.split('/').pop(), context), PolicyDocument);
    }
    return { Ref: context.cloud.random() };
  },
  update: (properties, { attributes }, context) => ({ ...QUEUE_POLICY.create(properties, context), ...attributes }),
};

export const TOPICS: Readonly<Record<string, ResourceType>> = {
  'AWS::SNS::Subscription': SUBSCRIPTION,
  'AWS::SNS::Topic': TOPIC,
  'AWS::SNS::TopicPolicy': TOPIC_POLICY,
  'AWS::SQS::Queue': QUEUE,
  'AWS::SQS::QueuePolicy': QUEUE_POLICY,
};
