import { createHash } from 'node:crypto';
import {
  $Command,
  Attendee,
  AttendeeCapabilities,
  BatchCreateAttendeeCommand,
  ChimeSDKMeetingsClient,
  ChimeSDKMeetingsClientResolvedConfig,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  CreateMeetingCommandInput,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
  GetAttendeeCommand,
  GetMeetingCommand,
  ListAttendeesCommand,
  ListAttendeesCommandOutput,
  Meeting,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-chime-sdk-meetings';
import { differs } from './capabilities';
import { chunks } from '../../../../private/chunks';
import { Deadline } from '../../../../private/runtime/deadline';
import { MAX_ATTENDEES, RoomConfig, SERVICE_TAG_KEY } from '../../contract';
import { MeetingError, throttled, unavailable } from '../errors';
import { SessionAddress } from '../store/keys';
import { Telemetry } from '../telemetry';

export type { Attendee, Meeting };

type Command<I extends ServiceInputTypes, O extends ServiceOutputTypes> = $Command<
  I,
  O,
  ChimeSDKMeetingsClientResolvedConfig
>;

export type AttendeeResult = Attendee | { readonly errorCode: string };

const REQUEST_TIMEOUT_MS = 5_000;
const BATCH = 100;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** The operations by their commands: the bundle shortens the names of classes. */
const OPERATIONS = new Map<unknown, string>([
  [BatchCreateAttendeeCommand, 'BatchCreateAttendee'],
  [CreateAttendeeCommand, 'CreateAttendee'],
  [CreateMeetingCommand, 'CreateMeeting'],
  [DeleteAttendeeCommand, 'DeleteAttendee'],
  [DeleteMeetingCommand, 'DeleteMeeting'],
  [GetAttendeeCommand, 'GetAttendee'],
  [GetMeetingCommand, 'GetMeeting'],
  [ListAttendeesCommand, 'ListAttendees'],
]);

/**
 * An adapter for the Chime API.
 *
 * The SDK's own retries are disabled, because they treat an exhausted quota (`LimitExceededException`) as throttling.
 * This class retries throttling, server errors and network errors until the caller's deadline, with exponential backoff
 * and jitter. All other errors are final.
 */
export class Chime {
  private readonly client: ChimeSDKMeetingsClient;

  constructor(
    region: string,
    private readonly serviceTag: string,
    private readonly telemetry: Telemetry,
  ) {
    this.client = new ChimeSDKMeetingsClient({
      region,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 2_000 }, // an abort signal limits each request
    });
  }

  /** Idempotent: a session of a generation is created only once. */
  async createMeeting(
    session: SessionAddress,
    room: RoomConfig,
    primaryMeetingId: string | undefined,
    deadline: Deadline,
  ): Promise<Meeting> {
    const command = new CreateMeetingCommand({
      ClientRequestToken: requestToken(session),
      ExternalMeetingId: room.meeting,
      MediaRegion: session.index === 0 ? room.mediaRegion : room.replicas[session.index - 1],
      MediaPlacementNetworkType: room.networkType,
      Tags: [{ Key: SERVICE_TAG_KEY, Value: this.serviceTag }],
      // A replica takes its features from the primary.
      ...(primaryMeetingId === undefined ? primaryOptions(room) : { PrimaryMeetingId: primaryMeetingId }),
    });
    const { Meeting: meeting } = await this.call(command, deadline);
    if (!meeting?.MeetingId) throw unavailable('The response of CreateMeeting contains no meeting.');
    return meeting;
  }

  async meetingExists(meetingId: string, deadline: Deadline): Promise<boolean> {
    return this.exists(new GetMeetingCommand({ MeetingId: meetingId }), deadline);
  }

  /** @returns whether the meeting existed */
  async deleteMeeting(meetingId: string, deadline: Deadline): Promise<boolean> {
    return this.exists(new DeleteMeetingCommand({ MeetingId: meetingId }), deadline);
  }

  async createAttendee(
    meetingId: string,
    externalUserId: string,
    capabilities: AttendeeCapabilities | undefined,
    deadline: Deadline,
  ): Promise<Attendee> {
    const command = new CreateAttendeeCommand({
      MeetingId: meetingId,
      ExternalUserId: externalUserId,
      Capabilities: capabilities,
    });
    const { Attendee: attendee } = await this.call(command, deadline);
    if (!attendee?.AttendeeId) throw unavailable('The response of CreateAttendee contains no attendee.');
    if (!differs(attendee.Capabilities, capabilities)) return attendee;
    // An interrupted call created it for another role of the user. A repeated creation does not change it.
    await this.deleteAttendee(meetingId, attendee.AttendeeId, deadline);
    return (await this.call(command, deadline)).Attendee!;
  }

  /** Creates up to 100 attendees per API call, and returns a result for each of them. */
  async createAttendees(
    meetingId: string,
    externalUserIds: readonly string[],
    capabilities: AttendeeCapabilities | undefined,
    deadline: Deadline,
  ): Promise<Map<string, AttendeeResult>> {
    const results = new Map<string, AttendeeResult>();
    for (const ids of chunks(externalUserIds, BATCH)) {
      const command = new BatchCreateAttendeeCommand({
        MeetingId: meetingId,
        Attendees: ids.map((ExternalUserId) => ({ ExternalUserId, Capabilities: capabilities })),
      });
      const answer = await this.call(command, deadline);
      for (const attendee of answer.Attendees ?? []) {
        const user = attendee.ExternalUserId!;
        const isOther = differs(attendee.Capabilities, capabilities);
        results.set(user, isOther ? await this.createAttendee(meetingId, user, capabilities, deadline) : attendee);
      }
      for (const { ExternalUserId, ErrorCode } of answer.Errors ?? []) {
        results.set(ExternalUserId!, { errorCode: ErrorCode ?? 'Unknown' });
      }
    }
    return results;
  }

  async attendeeExists(meetingId: string, attendeeId: string, deadline: Deadline): Promise<boolean> {
    return this.exists(new GetAttendeeCommand({ MeetingId: meetingId, AttendeeId: attendeeId }), deadline);
  }

  async deleteAttendee(meetingId: string, attendeeId: string, deadline: Deadline): Promise<void> {
    await this.exists(new DeleteAttendeeCommand({ MeetingId: meetingId, AttendeeId: attendeeId }), deadline);
  }

  async listAttendees(meetingId: string, deadline: Deadline): Promise<Attendee[]> {
    const attendees: Attendee[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListAttendeesCommand({ MeetingId: meetingId, NextToken, MaxResults: 99 });
      const page: ListAttendeesCommandOutput = await this.call(command, deadline);
      attendees.push(...(page.Attendees ?? []));
      NextToken = page.NextToken;
    } while (NextToken);
    return attendees;
  }

  /** Whether the call found the resource. */
  private async exists<I extends ServiceInputTypes>(
    command: Command<I, ServiceOutputTypes>,
    deadline: Deadline,
  ): Promise<boolean> {
    try {
      await this.call(command, deadline);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  private async call<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: Command<I, O>,
    deadline: Deadline,
  ): Promise<O> {
    const operation = OPERATIONS.get(command.constructor)!;
    for (let attempt = 0; ; attempt++) {
      try {
        if (deadline.isOver) throw unavailable(`No time was left to call ${operation}.`);
        return await this.client.send(command, { abortSignal: deadline.within(REQUEST_TIMEOUT_MS).signal });
      } catch (error) {
        const kind = failureOf(error);
        if (kind === 'throttled') this.telemetry.throttled(operation);
        if (kind === 'final') throw error;
        const jitter = Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
        const pause = jitter + retryAfterOf(error) * 1000;
        if (pause >= deadline.left) {
          throw kind === 'throttled'
            ? throttled(`Amazon Chime SDK throttled ${operation}.`, retryAfterOf(error) + 1 + 4 * Math.random())
            : unavailable(`Amazon Chime SDK did not respond to ${operation} in time.`);
        }
        await deadline.pause(pause);
      }
    }
  }
}

export function isNotFound(error: unknown): boolean {
  return (error as Error | null)?.name === 'NotFoundException';
}

/** The number of seconds to wait, as the response requests. */
function retryAfterOf(error: unknown): number {
  return Number((error as { RetryAfterSeconds?: string }).RetryAfterSeconds) || 0;
}

function failureOf(error: unknown): 'throttled' | 'failed' | 'final' {
  if (error instanceof MeetingError) return 'final';
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (name === 'LimitExceededException') return 'final';
  if (status === 429 || name?.startsWith('Throttl')) return 'throttled';
  // A conflict means that another call is creating the same session: the retry returns that one.
  if (status === undefined || status >= 500 || name === 'ConflictException') return 'failed';
  return 'final';
}

function primaryOptions({ features, attendeesPerSession }: RoomConfig): Partial<CreateMeetingCommandInput> {
  if (!features && attendeesPerSession === MAX_ATTENDEES) return {};
  return {
    MeetingFeatures: {
      ...(features?.echoReduction && { Audio: { EchoReduction: features.echoReduction } }),
      ...(features?.videoMaxResolution && { Video: { MaxResolution: features.videoMaxResolution } }),
      ...(features?.contentMaxResolution && { Content: { MaxResolution: features.contentMaxResolution } }),
      Attendee: { MaxCount: attendeesPerSession },
    },
  };
}

/** 64 characters, the maximum length of a token. */
function requestToken({ uid, generation, index }: SessionAddress): string {
  return createHash('sha256')
    .update(JSON.stringify([uid, generation, index]))
    .digest('hex');
}
