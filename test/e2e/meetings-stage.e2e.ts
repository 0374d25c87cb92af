import { MeetingsWorld } from './support/meetings-world';
import { MeetingStartPolicy } from '../../src';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MEETING = 'hall';

let world: MeetingsWorld;

beforeAll(async () => {
  world = await MeetingsWorld.start({
    [MEETING]: {
      mediaRegion: 'us-east-1',
      replicas: [{ mediaRegion: 'eu-west-1' }],
      presenters: ['speaker'],
      attendeesPerSession: 140,
      stageSlots: 2,
      startPolicy: MeetingStartPolicy.ON_JOIN,
      seatPool: true,
    },
  });
});

afterAll(() => world.stop());

beforeEach(async () => {
  await world.deploy('Create', MEETING);
  const { Meeting, Attendee } = await join('speaker', { role: 'presenter' });
  world.chime.connect(Meeting.MeetingId, Attendee);
  await world.filled();
});

/** After every test, the account must be empty. */
afterEach(async () => {
  await world.sweep(false);
  expect(await world.leaks()).toEqual([]);
  expect(await world.deploy('Delete', MEETING)).toMatchObject({ Status: 'SUCCESS' });
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
});

const of = (externalUserId: string) => ({ meeting: MEETING, externalUserId });
const join = (user: string, more: object = {}) => world.audience('JoinMeeting', { ...of(user), ...more });
const raise = (user: string) => world.audience('RaiseHand', of(user));
const stageOf = (user: string) => world.audience('GetStage', of(user));
const accept = (user: string) => world.audience('AcceptPromotion', of(user));
const decline = (user: string) => world.audience('DeclinePromotion', of(user));
const promote = (user: string) => world.host('PromoteAttendee', of(user));
const demote = (user: string) => world.host('DemoteAttendee', of(user));
const stage = async () => (await world.host('DescribeMeeting', { meeting: MEETING })).stage;
const refused = (errorType: string, message: RegExp = /./) => ({ errorType, message: expect.stringMatching(message) });

async function connect(user: string) {
  const { Meeting, Attendee } = await join(user);
  return world.chime.connect(Meeting.MeetingId, Attendee);
}

describe('GetStage', () => {
  test('returns the position of a raised hand, and asks for patience in proportion to it', async () => {
    const users = Array.from({ length: 120 }, (_, index) => `user-${index}`);
    await world.audience('JoinMeetingBatch', {
      meeting: MEETING,
      participants: users.map((externalUserId) => ({ externalUserId })),
    });
    expect(await stageOf('user-0')).toEqual({ state: 'none' });
    for (const user of users) await raise(user);
    expect(await stageOf('user-0')).toEqual({
      state: 'handRaised',
      raisedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      position: 1,
      retryAfterSeconds: 2,
    });
    expect(await stageOf('user-11')).toMatchObject({ position: 12, retryAfterSeconds: 4 });
    expect(await stageOf('user-119')).toMatchObject({ position: 100, retryAfterSeconds: 22 });
    await world.audience('LowerHand', of('user-0'));
    expect(await stageOf('user-0')).toEqual({ state: 'none' });
    expect(await stageOf('user-11')).toMatchObject({ position: 11 });
  });

  test('returns the promotion with its credentials, as often as the user asks', async () => {
    const phone = await connect('anna');
    await raise('anna');
    const promotion = await promote('anna');
    const offered = await stageOf('anna');
    expect(offered).toEqual({
      state: 'promoted',
      promotion,
      accepted: false,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      retryAfterSeconds: 10,
    });
    expect(await stageOf('anna')).toEqual(offered);
    expect(await accept('anna')).toEqual(promotion);
    phone.promote(promotion.Attendee);
    await world.deliver();
    expect(await stageOf('anna')).toEqual({ state: 'promoted', promotion, accepted: true, retryAfterSeconds: 30 });
    // A client that was cut off asks before it promotes itself again.
    phone.drop();
    phone.reconnect();
    expect(await stageOf('anna')).toMatchObject({ state: 'promoted', promotion });
    await demote('anna');
    expect(await stageOf('anna')).toEqual({ state: 'none' });
  });

  test('tells a user without a seat, or whose meeting has ended', async () => {
    await expect(stageOf('nobody')).rejects.toMatchObject(refused('NotFound', /has no seat/));
    await join('anna');
    await promote('anna');
    await world.host('RemoveAttendee', of('anna'));
    for (const ask of [stageOf, accept]) await expect(ask('anna')).rejects.toMatchObject(refused('NotFound'));
    expect(await stageOf('speaker')).toEqual({ state: 'none' });
    await world.host('EndMeeting', { meeting: MEETING });
    for (const ask of [stageOf, accept, decline]) {
      await expect(ask('anna')).rejects.toMatchObject(refused('MeetingEnded'));
    }
  });
});

describe('a promotion', () => {
  test('can be accepted again with the same credentials, but only while it holds', async () => {
    await join('anna');
    await expect(accept('anna')).rejects.toMatchObject(refused('NotFound', /^The user is not promoted\.$/));
    const promotion = await promote('anna');
    expect(await Promise.all([accept('anna'), accept('anna'), accept('anna')])).toEqual(Array(3).fill(promotion));
    await demote('anna');
    await expect(accept('anna')).rejects.toMatchObject(refused('NotFound'));
  });

  test('can be declined, which frees the place at once', async () => {
    await join('anna');
    expect(await decline('anna')).toEqual({});
    await promote('anna');
    expect(await stage()).toEqual({ placesUsed: 1, places: 2 });
    expect(await decline('anna')).toEqual({});
    expect(await decline('anna')).toEqual({});
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
    expect(await stageOf('anna')).toEqual({ state: 'none' });
    expect(await promote('anna')).toMatchObject({ Attendee: { ExternalUserId: 'anna' } });
  });

  test('returns the client to its replica when its user leaves the stage', async () => {
    const phone = await connect('anna');
    phone.promote((await promote('anna')).Attendee);
    await decline('anna');
    expect(phone.state).toBe('connected');
  });

  test('expires when it is not accepted', async () => {
    await join('anna');
    await promote('anna');
    const { expiresAt } = await stageOf('anna');
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(100 * SECOND);
    world.advance(110 * SECOND);
    await world.sweep(false);
    expect(await stageOf('anna')).toMatchObject({ state: 'promoted' });
    world.advance(11 * SECOND);
    await world.sweep(false);
    expect(await stageOf('anna')).toEqual({ state: 'none' });
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
  });

  test('expires later when it is accepted, unless the user connects', async () => {
    const bert = await connect('bert');
    await join('anna');
    await promote('anna');
    const { Attendee } = await promote('bert');
    world.advance(110 * SECOND);
    await accept('anna');
    await accept('bert');
    bert.promote(Attendee);
    await world.deliver();
    world.advance(MINUTE);
    await world.sweep(false);
    expect(await stageOf('anna')).toMatchObject({ state: 'promoted', accepted: true, expiresAt: expect.any(String) });
    world.advance(61 * SECOND);
    await world.sweep(false);
    expect(await stageOf('anna')).toEqual({ state: 'none' });
    expect(await stageOf('bert')).toMatchObject({ state: 'promoted', accepted: true });
  });

  test('is accepted or expires, but never both', async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      await join('anna');
      await promote('anna');
      world.advance(121 * SECOND);
      const [accepted] = await Promise.allSettled([accept('anna'), world.sweep(false)]);
      const { state } = await stageOf('anna');
      expect(state).toBe(accepted.status === 'fulfilled' ? 'promoted' : 'none');
      await decline('anna');
    }
  });
});
