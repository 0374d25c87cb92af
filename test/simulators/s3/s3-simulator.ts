import { Access } from './access';
import { Buckets } from './buckets';
import { S3Error } from './errors';
import { isFor, messageOf, ReplicationEvent } from './events';
import { Call, principalOfAccessKey, S3Gateway } from './gateway';
import { MODEL } from './operations';
import { Bucket, TopicConfiguration } from './records';
import { Replicator } from './replicator';
import { SimulatedClock } from '../common/clock';
import { Faults } from '../common/faults';
import { SeededRandom } from '../common/random';
import { Simulator } from '../common/simulator';
import { Keys, Roles } from '../iam';

export interface S3SimulatorOptions {
  /** The same seed gives the same version IDs for the same calls. @default 's3' */
  readonly seed?: string;
  /** @default - a clock that follows real time */
  readonly clock?: SimulatedClock;
  /** Receives the notifications of buckets. @default - they are lost */
  readonly publish?: (topicArn: string, message: string) => void;
  /** Whether a topic accepts notifications of a bucket. @default - every topic does */
  readonly acceptsNotifications?: (topicArn: string, bucket: Bucket) => boolean;
}

/** S3's buckets, objects and replication, of all accounts and regions: an HTTP server on this machine. */
export class S3Simulator extends Simulator<Call> {
  static start(options: S3SimulatorOptions = {}): Promise<S3Simulator> {
    return new S3Simulator(options).listen();
  }

  readonly clock: SimulatedClock;
  readonly roles: Roles;
  readonly keys: Keys;
  readonly access: Access;
  readonly buckets: Buckets;
  readonly replicator: Replicator;
  readonly faults: Faults<Call>;

  private constructor(private readonly options: S3SimulatorOptions) {
    const { seed = 's3', clock = new SimulatedClock() } = options;
    const stream = (purpose: string) => new SeededRandom(`${seed}/${purpose}`);
    const roles = new Roles();
    const keys = new Keys(roles);
    const access = new Access(roles, keys);
    const buckets = new Buckets(clock, stream('versions'), keys, access);
    const faults = new Faults<Call>(MODEL, stream('faults'));
    super(
      new S3Gateway({
        ...{ buckets, access, clock, faults, requestIds: stream('request-ids') },
        principalOf: principalOfAccessKey,
        putNotifications: (bucket, topics) => this.putNotifications(bucket, topics),
      }),
    );
    this.clock = clock;
    this.roles = roles;
    this.keys = keys;
    this.access = access;
    this.buckets = buckets;
    this.faults = faults;
    this.replicator = new Replicator(buckets, roles, keys, access, clock, (event) => this.notify(event));
  }

  /** For AWS_ENDPOINT_URL_S3. An address, for which the SDK puts the bucket into the path. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replicates what is pending, but for what a test holds back. Nothing is replicated before. */
  settle(): void {
    this.replicator.settle();
    this.replicator.reportLate();
  }

  /**
   * S3 sends a test message to each topic, and refuses those that do not accept it. It also refuses an event that has two
   * configurations: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
   */
  putNotifications(bucket: Bucket, topics: readonly TopicConfiguration[]): void {
    const { acceptsNotifications = () => true } = this.options;
    if (!topics.every(({ TopicArn }) => acceptsNotifications(TopicArn, bucket))) {
      throw new S3Error('InvalidArgument', 'Unable to validate the following destination configurations');
    }
    topics.forEach(({ Events }, index) => {
      const others = topics.filter((_, other) => other !== index).flatMap((other) => other.Events);
      if (!Events.some((event) => isFor(others, event))) return;
      throw new S3Error('InvalidArgument', 'Configuration is ambiguously defined. Cannot have overlapping suffixes');
    });
    bucket.notifications = topics;
  }

  /** S3 reports on rules with metrics only. */
  private notify(event: ReplicationEvent): void {
    if (event.rule.Destination.Metrics?.Status !== 'Enabled') return;
    for (const { TopicArn, Events } of event.source.notifications) {
      if (isFor(Events, event.name)) this.options.publish?.(TopicArn, messageOf(event, this.clock.now()));
    }
  }
}
