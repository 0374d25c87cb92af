import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { TestAuthority } from './certificates';
import { CloudFormation, CustomResourceAnswer } from './cloudformation';
import { DeployedFunction } from './deployed-function';
import { DynamoDbLocal } from './dynamodb-local';
import { eventually } from './eventually';
import { Gate } from './gate';
import { leaksOf } from './meeting-leaks';
import { TableStream } from './table-stream';
import { ReplicatedMeetingOptions, ReplicatedMeetingService } from '../../../src';
import { ChimeSimulator, ChimeSimulatorOptions, MeetingView } from '../../simulators/chime';
import { DynamoDbProxy } from '../../simulators/dynamodb';
import { EventBridgeSimulator } from '../../simulators/event-bridge';

export const REGION = 'us-east-1';
const STACK = 'Live';
const EVENTS_PER_BATCH = 1000;
export const TABLE = 'meetings';

export type FunctionName = 'Audience' | 'Host' | 'Room' | 'Reconciler';
type Row = Record<string, any>;

/**
 * A deployed service: the functions of its template, connected to a simulated Chime API, and to DynamoDB Local with the
 * transaction conflicts of DynamoDB.
 */
export class MeetingsWorld {
  static async start(
    rooms: Record<string, ReplicatedMeetingOptions>,
    options: ChimeSimulatorOptions = {},
  ): Promise<MeetingsWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'meetings-'));
    const authority = new TestAuthority(dir);
    writeFileSync(join(dir, 'ca.pem'), authority.certificate);
    const chime = await ChimeSimulator.start({ ...options, quotas: { rateLimited: false, ...options.quotas } });
    const dynamo = await DynamoDbLocal.start();
    const table = await DynamoDbProxy.start({ upstream: dynamo.endpoint, seed: options.seed });
    const cloudFormation = new CloudFormation(authority);
    await cloudFormation.start();
    const bus = await EventBridgeSimulator.start();
    const world = new MeetingsWorld(dir, synthesise(dir, rooms), chime, dynamo, table, cloudFormation, bus);
    await world.createTable();
    for (const name of ['Audience', 'Host', 'Room', 'Reconciler'] as const) await world.restart(name);
    await world.followStream();
    return world;
  }

  readonly gate = new Gate();
  private readonly functions = new Map<FunctionName, DeployedFunction>();
  private readonly all: DeployedFunction[] = [];
  private readonly endpoints: Promise<Record<string, string>>;
  private aheadMs = 0;
  stream!: TableStream;
  /** The process of the reconciler that does the background work. Without it, the messages of the stream are lost. */
  worker?: DeployedFunction;

  private constructor(
    private readonly dir: string,
    private readonly assembly: CloudAssembly,
    readonly chime: ChimeSimulator,
    readonly dynamo: DynamoDbLocal,
    readonly table: DynamoDbProxy,
    readonly cloudFormation: CloudFormation,
    /** Where the service publishes its events. */
    readonly bus: EventBridgeSimulator,
  ) {
    this.endpoints = Promise.all(
      [table.endpoint, chime.endpoint, bus.endpoint].map((endpoint) => this.gate.before(endpoint)),
    ).then(([database, service, events]) => ({
      AWS_ENDPOINT_URL_DYNAMODB: database,
      AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS: service,
      AWS_ENDPOINT_URL_EVENTBRIDGE: events,
    }));
  }

  /** Starts another process of a function, as Lambda does when all processes are busy. */
  async another(name: FunctionName, env: Record<string, string> = {}): Promise<DeployedFunction> {
    const fn = DeployedFunction.from({
      assembly: this.assembly,
      stackName: STACK,
      logicalId: `Meetings${name}`,
      resolve: (logicalId) => (logicalId.startsWith('MeetingsStateTable') ? TABLE : logicalId.toLowerCase()),
      env: {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        NODE_EXTRA_CA_CERTS: join(this.dir, 'ca.pem'),
        HOSTS: JSON.stringify(this.cloudFormation.hosts),
        ...(await this.endpoints),
        ...env,
      },
    });
    fn.aheadMs = this.aheadMs;
    this.all.push(fn);
    return fn.start();
  }

  /** Kills the process that does the background work. Another one takes its place. */
  async killWorker(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    worker?.kill();
    this.worker = await this.another('Reconciler');
  }

  /** Replaces a killed process. */
  async restart(name: FunctionName): Promise<void> {
    this.functions.set(name, await this.another(name));
  }

  fn(name: FunctionName): DeployedFunction {
    return this.functions.get(name)!;
  }

  /** After a leave, also waits until the attendees are deleted. */
  async audience<T = any>(operation: string, request: object): Promise<T> {
    const answer = await this.fn('Audience').invoke<T>({ operation, ...request });
    if (operation === 'LeaveMeeting') await this.stream.idle();
    return answer;
  }

  async host<T = any>(operation: string, request: object): Promise<T> {
    const answer = await this.fn('Host').invoke<T>({ operation, ...request });
    if (operation === 'LeaveMeeting') await this.stream.idle();
    return answer;
  }

  sweep(thorough = true): Promise<void> {
    return this.fn('Reconciler').invoke({ thorough });
  }

  /** Delivers the events of the simulator in batches, as EventBridge and the queue would. */
  async deliver(...[delivery]: Parameters<ChimeSimulator['events']['take']>): Promise<void> {
    const events = this.chime.events.take(delivery);
    while (events.length > 0) await this.send(events.splice(0, EVENTS_PER_BATCH));
  }

  /** Invokes a process of the reconciler with one batch of messages. */
  send(events: readonly unknown[], reconciler = this.fn('Reconciler')): Promise<void> {
    const Records = events.map((event) => ({ body: typeof event === 'string' ? event : JSON.stringify(event) }));
    return reconciler.invoke({ Records });
  }

  /** Advances the clocks of the simulator and the functions. */
  advance(milliseconds: number): void {
    this.chime.clock.advance(milliseconds);
    this.aheadMs += milliseconds;
    for (const fn of this.all) fn.aheadMs = this.aheadMs;
  }

  /** The properties of a room's custom resource in the template. */
  properties(meeting: string): Record<string, unknown> {
    const { Resources } = this.assembly.getStackByName(STACK).template;
    const found = Object.values<any>(Resources).find(
      ({ Type, Properties }) => Type === 'Custom::ReplicatedMeeting' && JSON.parse(Properties.Room).meeting === meeting,
    );
    const { Room, StartOnDeploy } = found.Properties;
    return { ServiceToken: 'arn', Room, StartOnDeploy };
  }

  deploy(
    RequestType: 'Create' | 'Update' | 'Delete',
    meeting: string,
    more: {
      properties?: Record<string, unknown>;
      room?: object;
      id?: string;
      logicalId?: string;
      stackId?: string;
    } = {},
  ): Promise<CustomResourceAnswer> {
    const properties = more.properties ?? this.properties(meeting);
    const Room = more.room
      ? JSON.stringify({ ...JSON.parse(properties.Room as string), ...more.room })
      : properties.Room;
    return this.cloudFormation.send(this.fn('Room'), {
      RequestType,
      ...(more.stackId && { StackId: more.stackId }),
      LogicalResourceId: more.logicalId ?? `Resource${meeting}`,
      PhysicalResourceId: more.id ?? (RequestType === 'Create' ? undefined : meeting),
      ResourceProperties: { ...properties, Room },
    });
  }

  /** The items of the table, without the events that are to be published. */
  async rows(): Promise<Row[]> {
    return (await this.dynamo.scan(TABLE)).filter(({ pk }) => !isEvent(pk));
  }

  /** The keys of the events that are to be published. */
  async outbox(): Promise<string[]> {
    return (await this.dynamo.scan(TABLE)).map(({ pk }) => pk).filter(isEvent);
  }

  /** The running Chime meetings of a room. */
  meetings(meeting: string): MeetingView[] {
    return this.chime.meetings().filter(({ externalMeetingId }) => externalMeetingId === meeting);
  }

  /** Does the background work of all rooms now, as the stream of the table would. */
  async work(): Promise<void> {
    const keys = (await this.rows()).map(({ pk }) => pk as string).filter((pk) => /^(wake|refill|leave)#/.test(pk));
    await this.notify(keys);
  }

  /** Publishes the events of the outbox now, as the stream of the table would. */
  async publish(): Promise<void> {
    await this.notify(await this.outbox());
  }

  private async notify(keys: readonly string[]): Promise<void> {
    const Records = keys.map((key) => ({ eventName: 'INSERT', dynamodb: { Keys: { pk: { S: key } } } }));
    if (Records.length > 0) await this.fn('Reconciler').invoke({ Records });
  }

  /** Waits until there is no background work. Pools are full then. */
  async filled(): Promise<void> {
    await eventually(async () => {
      const empty = (await this.rows()).filter(isToDo);
      if (empty.length > 0) throw new Error(`${empty.length} items mean work.`);
    });
    await this.stream.idle();
  }

  /** All inconsistencies between the table and the Chime API, after the background work that was asked for. */
  async leaks(): Promise<string[]> {
    await this.stream.idle();
    return leaksOf(await this.rows(), this.chime.meetings());
  }

  stop(): void {
    this.stream.stop();
    for (const fn of this.all) fn.kill();
    this.gate.stop();
    void this.chime.stop();
    void this.table.stop();
    this.dynamo.stop();
    this.cloudFormation.stop();
    this.bus.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Invokes another process of the reconciler, so that faults that kill one do not concern the other. */
  private async followStream(): Promise<void> {
    const { Resources } = this.assembly.getStackByName(STACK).template;
    const mapping = Object.values<any>(Resources).find(
      ({ Type, Properties }) => Type === 'AWS::Lambda::EventSourceMapping' && Properties.FilterCriteria,
    );
    const patterns = mapping.Properties.FilterCriteria.Filters.map(({ Pattern }: any) => JSON.parse(Pattern));
    this.worker = await this.another('Reconciler');
    this.stream = await TableStream.follow(this.dynamo.endpoint, TABLE, patterns, async (event) =>
      this.worker?.invoke(event),
    );
  }

  private async createTable(): Promise<void> {
    const { Resources } = this.assembly.getStackByName(STACK).template;
    const table = Object.values<any>(Resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
    await this.dynamo.createTable(TABLE, table.Properties);
  }
}

function isEvent(pk: string): boolean {
  return pk.startsWith('event#');
}

/** Whether the row means work in the background: a user who has left, or a pool that must still create seats. */
function isToDo({ pk, created }: Row, _: number, rows: readonly Row[]): boolean {
  if (/^(refill|leave)#/.test(pk)) return true;
  const session = rows.find((row) => row.pk === pk.replace('fill#', 'session#'));
  return pk.startsWith('fill#') && created < session?.cap;
}

function synthesise(dir: string, rooms: Record<string, ReplicatedMeetingOptions>): CloudAssembly {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, STACK, { env: { region: REGION } });
  const service = new ReplicatedMeetingService(stack, 'Meetings');
  for (const [meetingName, options] of Object.entries(rooms)) {
    // Without a pool, unless the suite is about pools: joins then create attendees.
    service.addMeeting(meetingName, { meetingName, seatPool: false, ...options });
  }
  return app.synth();
}
