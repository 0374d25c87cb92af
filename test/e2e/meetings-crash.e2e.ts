import { Crashes, HALL } from './support/crashes';

const crashes = new Crashes();
const participants = ['anna', 'bert', 'carl', 'dora', 'emil'].map((externalUserId) => ({ externalUserId }));

crashes.interrupt({
  'a join': { fn: 'Audience', before: crashes.start, call: () => crashes.world.audience('JoinMeeting', crashes.anna) },
  'a batch join': {
    fn: 'Audience',
    before: crashes.start,
    call: () => crashes.world.audience('JoinMeetingBatch', { meeting: HALL, participants }),
  },
  'a leave': {
    fn: 'Audience',
    before: crashes.promote,
    call: () => crashes.world.audience('LeaveMeeting', crashes.anna),
  },
  'a promotion': { fn: 'Host', before: crashes.join, call: () => crashes.world.host('PromoteAttendee', crashes.anna) },
  'a demotion': { fn: 'Host', before: crashes.promote, call: () => crashes.world.host('DemoteAttendee', crashes.anna) },
  'an acceptance': {
    fn: 'Audience',
    before: crashes.promote,
    call: () => crashes.world.audience('AcceptPromotion', crashes.anna),
  },
  'a refusal': {
    fn: 'Audience',
    before: crashes.promote,
    call: () => crashes.world.audience('DeclinePromotion', crashes.anna),
  },
  'a removal': {
    fn: 'Host',
    before: crashes.promote,
    call: () => crashes.world.host('RemoveAttendee', { ...crashes.anna, ban: true }),
  },
  'the work after a leave': {
    fn: 'Reconciler',
    before: async () => {
      await crashes.promote();
      await crashes.world.audience('LeaveMeeting', crashes.anna);
    },
    call: () => crashes.world.work(),
  },
  'the publishing of events': { fn: 'Reconciler', before: crashes.promote, call: () => crashes.world.publish() },
});
