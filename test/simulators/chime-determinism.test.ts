import { BatchCreateAttendeeCommand, GetMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { ChimeSimulator, Fault, SimulatedClock } from './chime';
import { clientOf, createAttendee, createMeeting, startChime } from './support/chime';

/** A scenario with all kinds of random values. */
async function story(seed?: string | number) {
  const chime = await startChime({ seed });
  const client = clientOf(chime);
  const fault = chime.faults.inject(Fault.unavailable(), { operation: 'GetMeeting', rate: 0.5 });
  const primary = await createMeeting(client);
  const replica = await createMeeting(client, { PrimaryMeetingId: primary.MeetingId, MediaRegion: 'eu-west-1' });
  const { Attendees } = await client.send(
    new BatchCreateAttendeeCommand({
      MeetingId: replica.MeetingId,
      Attendees: ['alice', 'bob', 'carol'].map((ExternalUserId) => ({ ExternalUserId })),
    }),
  );
  const gets = [];
  for (let index = 0; index < 20; index++) {
    gets.push(await client.send(new GetMeetingCommand(primary)).then(({ $metadata }) => $metadata.requestId, String));
  }
  chime.connect(replica.MeetingId, Attendees![0]).leave();
  const deliveries = [1, 2, 3].map(() => chime.events.take({ late: 0.5, twice: 0.5, lost: 0.2, shuffled: true }));
  return { primary, replica, Attendees, gets, hits: fault.hits, deliveries, all: chime.events.all };
}

describe('ChimeSimulator', () => {
  test('produces the same ids, tokens, faults and deliveries for the same seed', async () => {
    expect(await story('a')).toEqual(await story('a'));
    expect(await story(7)).toEqual(await story(7));
    expect(await story()).toEqual(await story());
  });

  test('produces other values for another seed', async () => {
    const [one, other] = [await story('a'), await story('b')];
    expect(other.primary.MeetingId).not.toBe(one.primary.MeetingId);
    expect(other.Attendees![0].JoinToken).not.toBe(one.Attendees![0].JoinToken);
    expect(other.gets).not.toEqual(one.gets);
    expect(other.all[0].id).not.toBe(one.all[0].id);
    const order = ({ deliveries, all }: typeof one) => deliveries.flat().map((event) => all.indexOf(event));
    expect(order(other)).not.toEqual(order(one));
  });

  test('produces ids independently of faults and deliveries', async () => {
    const { primary, replica } = await story('a');
    const client = clientOf(await startChime({ seed: 'a' }));
    expect((await createMeeting(client)).MeetingId).toBe(primary.MeetingId);
    expect((await createMeeting(client)).MeetingId).toBe(replica.MeetingId);
  });

  test('shares only the clock with other simulators', async () => {
    const clock = SimulatedClock.frozen(0);
    const [one, other] = [await startChime({ clock }), await startChime({ clock, account: '444455556666' })];
    const meeting = await createMeeting(clientOf(one));
    const elsewhere = clientOf(other);
    expect((await createMeeting(elsewhere)).MeetingArn).toContain(':444455556666:');
    await createAttendee(clientOf(one), meeting);
    expect(other.meetings()[0].attendees).toEqual([]);
    clock.advance(5 * 60_000);
    expect([one.meetings(), other.meetings()]).toEqual([[], []]);
  });

  test('stops responding when it is stopped, even to waiting calls', async () => {
    const chime = await ChimeSimulator.start();
    chime.hooks = { before: () => chime.stop() };
    const waiting = fetch(`${chime.endpoint}/meetings`, {
      method: 'POST',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300101/us-east-1/chime/aws4_request, ' +
          `SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
    });
    await expect(waiting).rejects.toThrow('fetch failed');
  });

  test('uses the real time and the quotas of the service by default', async () => {
    const chime = await ChimeSimulator.start();
    await chime.stop();
    expect(Math.abs(chime.clock.now() - Date.now())).toBeLessThan(1000);
    expect(chime.quotas).toEqual({
      requestsPerSecond: 10,
      burst: 20,
      rateLimited: true,
      attendeesPerMeeting: 250,
      replicasPerPrimary: 4,
      concurrentMeetings: 250,
    });
  });
});
