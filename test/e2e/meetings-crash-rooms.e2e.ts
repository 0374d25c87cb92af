import { Crashes, HALL, MINUTE } from './support/crashes';

const crashes = new Crashes();

crashes.interrupt({
  'a start': { fn: 'Host', before: crashes.create, call: () => crashes.world.host('StartMeeting', { meeting: HALL }) },
  'a join that starts': {
    fn: 'Audience',
    before: crashes.create,
    call: () => crashes.world.audience('JoinMeeting', crashes.anna),
  },
  'an end': { fn: 'Host', before: crashes.promote, call: () => crashes.world.host('EndMeeting', { meeting: HALL }) },
  'a sweep of a meeting that ended by itself': {
    fn: 'Reconciler',
    before: async () => {
      await crashes.promote();
      crashes.world.advance(6 * MINUTE);
    },
    call: () => crashes.world.sweep(),
  },
  'a create': { fn: 'Room', before: async () => undefined, call: crashes.create },
  'a create that starts': {
    fn: 'Room',
    before: async () => undefined,
    call: () =>
      crashes.world.deploy('Create', HALL, {
        properties: { ...crashes.world.properties(HALL), StartOnDeploy: 'true' },
      }),
  },
  'a roll-over': {
    fn: 'Reconciler',
    before: async () => {
      await crashes.start();
      const { Meeting, Attendee } = await crashes.world.host('JoinMeeting', { ...crashes.anna, role: 'presenter' });
      crashes.world.chime.connect(Meeting.MeetingId, Attendee);
      crashes.world.advance(23 * 60 * MINUTE + 51 * MINUTE);
      await crashes.world.sweep();
    },
    call: () => crashes.world.work(),
  },
  'a delete': { fn: 'Room', before: crashes.promote, call: () => crashes.world.deploy('Delete', HALL) },
});
