import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { TestAuthority } from './certificates';
import { CloudFormation, CustomResourceAnswer } from './cloudformation';
import { DeployedFunction } from './deployed-function';
import { DynamoDbLocal } from './dynamodb-local';
import { Gate } from './gate';
import { ReplicatedMeetingOptions, ReplicatedMeetingService } from '../../../src';
import { ChimeSimulator, ChimeSimulatorOptions, MeetingView } from '../../simulators/chime';

export const REGION = 'us-east-1';
const STACK = 'Live';
export const TABLE = 'meetings';

export type FunctionName = 'Audience' | 'Host' | 'Room' | 'Reconciler';
type Row = Record<string, any>;

/** A deployed service: the functions of its template, connected to a simulated Chime API and DynamoDB Local. */
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
    const cloudFormation = new CloudFormation(authority);
    await cloudFormation.start();
    const world = new MeetingsWorld(dir, synthesise(dir, rooms), chime, dynamo, cloudFormation);
    await world.createTable();
    for (const name of ['Audience', 'Host', 'Room', 'Reconciler'] as const) await world.restart(name);
    return world;
  }

  readonly gate = new Gate();
  private readonly functions = new Map<FunctionName, DeployedFunction>();
  private readonly all: DeployedFunction[] = [];
  private readonly endpoints: Promise<Record<string, string>>;
  private aheadMs = 0;

  private constructor(
    private readonly dir: string,
    private readonly assembly: CloudAssembly,
    readonly chime: ChimeSimulator,
    readonly dynamo: DynamoDbLocal,
    readonly cloudFormation: CloudFormation,
  ) {
    this.endpoints = Promise.all([this.gate.before(dynamo.endpoint), this.gate.before(chime.endpoint)]).then(
      ([table, service]) => ({
        AWS_ENDPOINT_URL_DYNAMODB: table,
        AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS: service,
      }),
    );
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

  /** Replaces a killed process. */
  async restart(name: FunctionName): Promise<void> {
    this.functions.set(name, await this.another(name));
  }

  fn(name: FunctionName): DeployedFunction {
    return this.functions.get(name)!;
  }

  audience<T = any>(operation: string, request: object): Promise<T> {
    return this.fn('Audience').invoke({ operation, ...request });
  }

  host<T = any>(operation: string, request: object): Promise<T> {
    return this.fn('Host').invoke({ operation, ...request });
  }

  sweep(thorough = true): Promise<void> {
    return this.fn('Reconciler').invoke({ thorough });
  }

  /** Delivers the events of the simulator, as EventBridge would. */
  async deliver(...[delivery]: Parameters<ChimeSimulator['events']['take']>): Promise<void> {
    for (const event of this.chime.events.take(delivery)) await this.fn('Reconciler').invoke(event);
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

  rows(): Promise<Row[]> {
    return this.dynamo.scan(TABLE);
  }

  /** The running Chime meetings of a room. */
  meetings(meeting: string): MeetingView[] {
    return this.chime.meetings().filter(({ externalMeetingId }) => externalMeetingId === meeting);
  }

  /** All inconsistencies between the table and the Chime API. */
  async leaks(): Promise<string[]> {
    const rows = await this.rows();
    const live = new Map(this.chime.meetings().map((view) => [view.meetingId, view]));
    const owned = new Map<string, { room: Row; index: number }>();
    const leaks: string[] = [];
    for (const room of rows.filter(({ pk }) => pk.startsWith('room#'))) {
      if (!['idle', 'ended', 'live'].includes(room.state)) leaks.push(`${room.pk} is ${room.state}`);
      if (room.state !== 'live') continue;
      for (const { index, meetingId } of room.sessions) owned.set(meetingId, { room, index });
      if (!live.has(room.primaryMeetingId)) leaks.push(`${room.pk} is live without a primary`);
    }
    for (const { meetingId, externalMeetingId } of live.values()) {
      if (!owned.has(meetingId)) leaks.push(`a meeting of ${externalMeetingId} without a room`);
    }
    const kindOf = (row: Row) => row.pk.split('#')[0];
    const isOf = (row: Row, { room, index }: { room: Row; index: number }) =>
      row.uid === room.uid && row.generation === room.generation && row.index === index;
    const accounted = new Set<Row>();
    for (const [meetingId, place] of owned) {
      const attendees = new Map((live.get(meetingId)?.attendees ?? []).map((each) => [each.attendeeId, each]));
      const session = rows.find((row) => kindOf(row) === 'session' && isOf(row, place));
      const places = rows.filter((row) => ['seat', 'stage'].includes(kindOf(row)) && isOf(row, place));
      if (!session) leaks.push(`session ${place.index} of ${place.room.pk} has no row`);
      const seats = places.filter((row) => kindOf(row) === 'seat').length;
      if (session && (session.used !== seats || session.stageUsed !== places.length - seats)) {
        leaks.push(`${session.pk} counts ${session.used} and ${session.stageUsed} of ${places.length} places`);
      }
      if (session && (session.used > session.cap || session.stageUsed > session.stageCap)) {
        leaks.push(`${session.pk} is over its capacity`);
      }
      for (const row of places) {
        accounted.add(row);
        if (row.state !== 'taken') leaks.push(`${row.pk} is ${row.state}`);
        else if (!attendees.delete(row.attendee.AttendeeId)) leaks.push(`${row.pk} has no attendee`);
      }
      for (const { externalUserId } of attendees.values()) {
        leaks.push(`an attendee of ${externalUserId} without a place in session ${place.index} of ${place.room.pk}`);
      }
      if (session) accounted.add(session);
      for (const row of rows) if (kindOf(row) === 'meeting' && row.pk.endsWith(meetingId)) accounted.add(row);
    }
    for (const row of rows) {
      const belongs = ['room', 'ban', 'hand'].includes(kindOf(row)) || accounted.has(row);
      if (!belongs) leaks.push(`${row.pk} is orphaned`);
    }
    return leaks;
  }

  stop(): void {
    for (const fn of this.all) fn.kill();
    this.gate.stop();
    void this.chime.stop();
    this.dynamo.stop();
    this.cloudFormation.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async createTable(): Promise<void> {
    const { Resources } = this.assembly.getStackByName(STACK).template;
    const table = Object.values<any>(Resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
    await this.dynamo.createTable(TABLE, table.Properties);
  }
}

function synthesise(dir: string, rooms: Record<string, ReplicatedMeetingOptions>): CloudAssembly {
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, STACK, { env: { region: REGION } });
  const service = new ReplicatedMeetingService(stack, 'Meetings');
  for (const [meetingName, options] of Object.entries(rooms)) {
    service.addMeeting(meetingName, { meetingName, ...options });
  }
  return app.synth();
}
