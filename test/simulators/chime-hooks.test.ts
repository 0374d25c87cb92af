import { ChimeSDKMeetingsClient, GetMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { type Call, type ChimeSimulator, Fault } from './chime';
import { clientOf, createMeeting, failureOf, startChime } from './support/chime';

describe('ChimeSimulator hooks', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  test('run before the call, and after it took effect but before the response is sent', async () => {
    const seen: unknown[] = [];
    const note = (moment: string) => (call: Call) => {
      seen.push([moment, call.operation, call.status, call.answered, chime.meetings().length]);
    };
    chime.hooks = { before: note('before'), after: note('after') };
    await createMeeting(client);
    expect(seen).toEqual([
      ['before', 'CreateMeeting', 0, false, 0],
      ['after', 'CreateMeeting', 200, false, 1],
    ]);
    expect(chime.calls[0].answered).toBe(true);
  });

  test('can delay a call until another one is complete', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    chime.hooks = { before: ({ index }) => (index === 0 ? held : undefined) };
    const slow = createMeeting(client, { ExternalMeetingId: 'slow' });
    while (chime.calls.length === 0) await new Promise(setImmediate);
    await createMeeting(client, { ExternalMeetingId: 'fast' });
    letGo();
    await slow;
    expect(chime.meetings().map(({ externalMeetingId }) => externalMeetingId)).toEqual(['fast', 'slow']);
    expect(chime.calls.map(({ request }) => request.ExternalMeetingId)).toEqual(['slow', 'fast']);
  });

  test('can change the state during a call', async () => {
    const meeting = await createMeeting(client);
    chime.hooks = { before: () => chime.clock.advance(5 * 60_000) };
    expect((await failureOf(client.send(new GetMeetingCommand(meeting)))).name).toBe('NotFoundException');
  });

  test('do not run after a call that did not reach the service', async () => {
    const moments: string[] = [];
    chime.hooks = { before: () => void moments.push('before'), after: () => void moments.push('after') };
    chime.faults.inject(Fault.reset());
    await failureOf(createMeeting(client));
    expect(moments).toEqual(['before']);
  });

  test('fail the call if they throw, so that mistakes in tests are noticed', async () => {
    chime.hooks = {
      before: () => {
        throw new Error('A mistake');
      },
    };
    expect(await failureOf(createMeeting(client))).toMatchObject({
      name: 'SimulatorDefect',
      message: 'Error: A mistake',
      $metadata: { httpStatusCode: 500 },
    });
  });
});
