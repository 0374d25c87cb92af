import {
  type Attendee,
  ChimeSDKMeetingsClient,
  type ChimeSDKMeetingsServiceException,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  type Meeting,
} from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSimulator, type ChimeSimulatorOptions, SimulatedClock } from './chime';

const running: { simulator: ChimeSimulator; clients: ChimeSDKMeetingsClient[] }[] = [];

/** A simulator on a clock that stands still, without throttling unless asked for. It is stopped after the test. */
export async function startChime(options: ChimeSimulatorOptions = {}): Promise<ChimeSimulator> {
  const simulator = await ChimeSimulator.start({
    clock: SimulatedClock.frozen(Date.UTC(2030, 0, 1)),
    ...options,
    quotas: { rateLimited: false, ...options.quotas },
  });
  running.push({ simulator, clients: [] });
  return simulator;
}

export async function stopChime(): Promise<void> {
  for (const { simulator, clients } of running.splice(0)) {
    for (const client of clients) client.destroy();
    await simulator.stop();
  }
}

/** The real client, for one control region, without retries unless asked for. */
export function clientOf(chime: ChimeSimulator, region = 'us-east-1', maxAttempts = 1): ChimeSDKMeetingsClient {
  const client = new ChimeSDKMeetingsClient({
    endpoint: chime.endpoint,
    region,
    maxAttempts,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  running.find(({ simulator }) => simulator === chime)!.clients.push(client);
  return client;
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
