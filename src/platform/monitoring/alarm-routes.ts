import { Annotations, Names, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { chunks } from '../../private/chunks';
import { accountOf, isCrossAccount, rootStack } from '../../private/naming';
import { partitionOf } from '../../private/regions';

/** An event pattern is limited to 2,048 characters, and the ARN of an alarm can have 317: its name can have 255. */
const ALARMS_PER_RULE = 5;
/** CloudFormation truncates the stack name in a generated alarm name, but not to fewer characters than these. */
const STACK_NAME_LENGTH = 64;

/**
 * Routes alarms of all regions to one topic.
 *
 * An alarm can publish to topics in its own region only. EventBridge forwards the events of alarms in other regions to
 * this one, where a rule publishes them. No stack needs to know a name that CloudFormation generates in another.
 */
export class AlarmRoutes extends Construct {
  /** Topics in regions from which EventBridge does not forward events, by region. */
  readonly regionalTopics: { [region: string]: sns.ITopic } = {};
  private readonly stack: Stack;

  constructor(
    scope: Construct,
    id: string,
    private readonly topic: sns.ITopic,
    private readonly createdTopic?: AlarmTopic,
  ) {
    super(scope, id);
    this.stack = Stack.of(this);
  }

  add(alarms: cloudwatch.Alarm[]): void {
    for (const [stack, stackAlarms] of byStack(alarms)) {
      if (stack === this.stack) {
        notify(stackAlarms, this.topic);
      } else if (isCrossAccount(stack.account, this.stack.account)) {
        Annotations.of(this).addWarning(
          `The alarms of ${stack.node.path} do not reach the topic, because the stack is in account ${stack.account}. Add ` +
            'actions to these alarms yourself.',
        );
      } else if (stack.region === this.stack.region) {
        this.fromOtherStack(stackAlarms);
      } else if (partitionOf(stack.region) === 'aws') {
        this.fromOtherRegion(stack, stackAlarms);
      } else {
        this.toRegionalTopic(stack, stackAlarms);
      }
    }
  }

  /** An alarm action would create a dependency cycle: this stack depends on the other by its alarms. */
  private fromOtherStack(alarms: cloudwatch.Alarm[]): void {
    for (const some of chunks(alarms, ALARMS_PER_RULE)) {
      this.publish(`From-${Names.uniqueId(some[0])}`, { resources: some.map(({ alarmArn }) => alarmArn) });
    }
  }

  private fromOtherRegion(stack: Stack, alarms: cloudwatch.Alarm[]): void {
    const busArn = `arn:${this.stack.partition}:events:${this.stack.region}:${accountOf(this.stack)}:event-bus/default`;
    const scope = this.scopeIn(stack);
    const target = new targets.EventBus(events.EventBus.fromEventBusArn(scope, 'Bus', busArn));
    chunks(alarms, ALARMS_PER_RULE).forEach((some, index) => {
      new events.Rule(scope, `Forward${index || ''}`, {
        description: `Forwards alarms to ${this.stack.region}, for the topic of ${this.node.scope!.node.path}`,
        eventPattern: alarmPattern({ resources: some.map(({ alarmArn }) => alarmArn) }),
        targets: [target],
      });
    });

    // The alarm names that CloudFormation generates begin with the name of the stack; in nested stacks, of the root stack.
    const name = rootStack(stack).stackName.slice(0, STACK_NAME_LENGTH);
    const prefix = `arn:${this.stack.partition}:cloudwatch:${stack.region}:${accountOf(this.stack)}:alarm:${name}`;
    this.publish(`From-${stack.region}-${stack.node.addr.slice(-8)}`, { resources: [{ prefix }] });
  }

  private toRegionalTopic(stack: Stack, alarms: cloudwatch.Alarm[]): void {
    const { topic } = new AlarmTopic(this.scopeIn(stack), 'Topic');
    notify(alarms, topic);
    this.regionalTopics[stack.region] = topic;
  }

  private publish(id: string, where: { resources: unknown[] }): void {
    this.createdTopic?.allowRules();
    const field = (path: string) => events.EventField.fromPath(`$.${path}`);
    new events.Rule(this, id, {
      description: `Publishes alarms to the topic of ${this.node.scope!.node.path}`,
      eventPattern: alarmPattern(where),
      targets: [
        {
          bind: () => ({
            arn: this.topic.topicArn,
            input: events.RuleTargetInput.fromText(
              `${field('detail.state.value')}: ${field('detail.alarmName')} in ${field('region')}, ${field('time')}. ` +
                `${field('detail.configuration.description')} ${field('detail.state.reason')}`,
            ),
          }),
        },
      ],
    });
  }

  private scopeIn(stack: Stack): Construct {
    return new Construct(stack, Names.nodeUniqueId(this.node));
  }
}

/** Sends a notification when an alarm goes off, and when it ends. */
function notify(alarms: cloudwatch.Alarm[], topic: sns.ITopic): void {
  for (const alarm of alarms) {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
}

/** The events of alarms that go off or end, but not of new alarms that become OK. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
function alarmPattern({ resources }: { resources: unknown[] }): events.EventPattern {
  return {
    source: ['aws.cloudwatch'],
    detailType: ['CloudWatch Alarm State Change'],
    resources: resources as string[],
    detail: {
      $or: [{ state: { value: ['ALARM'] } }, { state: { value: ['OK'] }, previousState: { value: ['ALARM'] } }],
    },
  };
}

function byStack(alarms: cloudwatch.Alarm[]): Map<Stack, cloudwatch.Alarm[]> {
  const stacks = new Map<Stack, cloudwatch.Alarm[]>();
  for (const alarm of alarms) {
    const stack = Stack.of(alarm);
    stacks.set(stack, [...(stacks.get(stack) ?? []), alarm]);
  }
  return stacks;
}
