import {
  type Attendee,
  ChimeSDKMeetingsClient,
  type ChimeSDKMeetingsServiceException,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  type Meeting,
} from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSimulator, type ChimeSimulatorOptions, SimulatedClock } from '../chime';
import { CLIENT_DEFAULTS, Running, START } from './running';

const running = new Running();

/** A simulator on a clock that stands still, without throttling unless asked for. It is stopped after the test. */
export async function startChime(options: ChimeSimulatorOptions = {}): Promise<ChimeSimulator> {
  const clock = SimulatedClock.frozen(START);
  const quotas = { rateLimited: false, ...options.quotas };
  return running.simulator(await ChimeSimulator.start({ clock, ...options, quotas }));
}

/** The real client, for one control region. */
export function clientOf(
  { endpoint }: ChimeSimulator,
  options: { readonly region?: string; readonly maxAttempts?: number } = {},
): ChimeSDKMeetingsClient {
  return running.client(new ChimeSDKMeetingsClient({ ...CLIENT_DEFAULTS, endpoint, region: 'us-east-1', ...options }));
}

/** A meeting with only what is required, and a token of its own. */
export async function createMeeting(
  client: ChimeSDKMeetingsClient,
  request: Partial<ConstructorParameters<typeof CreateMeetingCommand>[0]> = {},
): Promise<Meeting & { MeetingId: string; MeetingArn: string }> {
  const { Meeting: meeting } = await client.send(
    new CreateMeetingCommand({ MediaRegion: 'us-east-1', ExternalMeetingId: 'town-hall', ...request }),
  );
  return meeting as Meeting & { MeetingId: string; MeetingArn: string };
}

export async function createAttendee(
  client: ChimeSDKMeetingsClient,
  { MeetingId }: { MeetingId: string },
  ExternalUserId = 'alice',
): Promise<Required<Attendee>> {
  const { Attendee: attendee } = await client.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId }));
  return attendee as Required<Attendee>;
}

/** What a call fails with. A call that succeeds fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<ChimeSDKMeetingsServiceException> {
  const answer = await call.catch((error: ChimeSDKMeetingsServiceException) => error);
  if (answer instanceof Error) return answer as ChimeSDKMeetingsServiceException;
  throw new Error(`The call was to fail, but it was answered: ${JSON.stringify(answer)}`);
}
