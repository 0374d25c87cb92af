import { Annotations, Names, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { accountOf } from '../../private/naming';
import { partitionOf } from '../../private/regions';

/** A pattern has no room for many ARNs: 2,048 characters. */
const ALARMS_PER_RULE = 8;
/** What is left of the stack's name in that of an alarm, however long both are. */
const STACK_NAME_LENGTH = 64;

/**
 * Brings alarms to one topic.
 *
 * An alarm can only publish to a topic of its own region. From other regions, EventBridge carries its event to this one,
 * and here a rule writes it to the topic; no stack needs to know a name of another that CloudFormation makes.
 */
export class AlarmRoutes extends Construct {
  /** By region: topics of regions from which EventBridge does not carry events. */
  readonly regionalTopics: { [region: string]: sns.ITopic } = {};
  private readonly home: Stack;

  constructor(
    scope: Construct,
    id: string,
    private readonly topic: sns.ITopic,
    private readonly ours?: AlarmTopic,
  ) {
    super(scope, id);
    this.home = Stack.of(this);
  }

  add(alarms: cloudwatch.Alarm[]): void {
    for (const [stack, itsAlarms] of byStack(alarms)) {
      if (stack === this.home) {
        itsAlarms.forEach((alarm) => alarm.addAlarmAction(new SnsAction(this.topic)));
      } else if (isElsewhere(stack.account, this.home.account)) {
        this.warnOfUnreached(stack, `it is in the account ${stack.account}`);
      } else if (stack.region === this.home.region) {
        this.fromOtherStack(itsAlarms);
      } else if (Token.isUnresolved(this.home.region) || Token.isUnresolved(stack.region)) {
        this.warnOfUnreached(stack, 'one of the two regions is not known. Give both stacks a region');
      } else if (partitionOf(stack.region) === 'aws') {
        this.fromOtherRegion(stack, itsAlarms);
      } else {
        this.toRegionalTopic(stack, itsAlarms);
      }
    }
  }

  /** An action would make that stack depend on ours, which depends on it by the metrics that the dashboard shows. */
  private fromOtherStack(alarms: cloudwatch.Alarm[]): void {
    for (const some of chunks(alarms)) {
      this.publish(`From-${Names.uniqueId(some[0])}`, { resources: some.map(({ alarmArn }) => alarmArn) });
    }
  }

  private fromOtherRegion(stack: Stack, alarms: cloudwatch.Alarm[]): void {
    const busArn = `arn:${this.home.partition}:events:${this.home.region}:${accountOf(this.home)}:event-bus/default`;
    const there = this.placeIn(stack);
    const target = new targets.EventBus(events.EventBus.fromEventBusArn(there, 'Bus', busArn));
    chunks(alarms).forEach((some, index) => {
      new events.Rule(there, `Forward${index || ''}`, {
        description: `Brings alarms to ${this.home.region}, to the topic of ${this.node.scope!.node.path}`,
        eventPattern: goesOff({ resources: some.map(({ alarmArn }) => alarmArn) }),
        targets: [target],
      });
    });

    // CloudFormation makes the alarms' names, which begin with that of their stack.
    const name = rootOf(stack).stackName.slice(0, STACK_NAME_LENGTH);
    const prefix = `arn:${this.home.partition}:cloudwatch:${stack.region}:${accountOf(this.home)}:alarm:${name}`;
    this.publish(`From-${stack.region}-${stack.node.addr.slice(-8)}`, { resources: [{ prefix }] });
  }

  private toRegionalTopic(stack: Stack, alarms: cloudwatch.Alarm[]): void {
    const { topic } = new AlarmTopic(this.placeIn(stack), 'Topic');
    alarms.forEach((alarm) => alarm.addAlarmAction(new SnsAction(topic)));
    this.regionalTopics[stack.region] = topic;
  }

  private publish(id: string, where: { resources: unknown[] }): void {
    this.ours?.admitRules();
    const field = (path: string) => events.EventField.fromPath(`$.${path}`);
    new events.Rule(this, id, {
      description: `Writes alarms to the topic of ${this.node.scope!.node.path}`,
      eventPattern: goesOff(where),
      targets: [
        {
          bind: () => ({
            arn: this.topic.topicArn,
            input: events.RuleTargetInput.fromText(
              `ALARM: ${field('detail.alarmName')} in ${field('region')}, ${field('time')}. ` +
                `${field('detail.configuration.description')} ${field('detail.state.reason')}`,
            ),
          }),
        },
      ],
    });
  }

  private placeIn(stack: Stack): Construct {
    return new Construct(stack, Names.nodeUniqueId(this.node));
  }

  private warnOfUnreached(stack: Stack, reason: string): void {
    Annotations.of(this).addWarning(
      `The alarms of ${stack.node.path} do not reach the topic: ${reason}; or give them actions of your own.`,
    );
  }
}

/** The event of an alarm that goes off: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
function goesOff({ resources }: { resources: unknown[] }): events.EventPattern {
  return {
    source: ['aws.cloudwatch'],
    detailType: ['CloudWatch Alarm State Change'],
    resources: resources as string[],
    detail: { state: { value: ['ALARM'] } },
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

function chunks(alarms: cloudwatch.Alarm[]): cloudwatch.Alarm[][] {
  const count = Math.ceil(alarms.length / ALARMS_PER_RULE);
  return Array.from({ length: count }, (_, index) =>
    alarms.slice(index * ALARMS_PER_RULE, (index + 1) * ALARMS_PER_RULE),
  );
}

function isElsewhere(account: string, ours: string): boolean {
  return account !== ours && ![account, ours].some((each) => Token.isUnresolved(each));
}

/** A nested stack's own name begins with that of the stack that is deployed. */
function rootOf(stack: Stack): Stack {
  return stack.nestedStackParent ? rootOf(stack.nestedStackParent) : stack;
}
