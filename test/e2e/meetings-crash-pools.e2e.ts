import { Crashes, POOLED } from './support/crashes';

const crashes = new Crashes();
const participants = ['anna', 'bert', 'carl', 'dora', 'emil'].map((externalUserId) => ({ externalUserId }));
const bert = { meeting: POOLED, externalUserId: 'bert' };
const startPooled = async () => {
  await crashes.world.deploy('Create', POOLED);
  await crashes.world.host('StartMeeting', { meeting: POOLED });
};
const startFilled = async () => {
  await startPooled();
  await crashes.world.work();
};
const joinPooled = async () => {
  await startFilled();
  await crashes.world.audience('JoinMeeting', bert);
};
const leavePooled = async () => {
  await joinPooled();
  await crashes.world.audience('LeaveMeeting', bert);
};

crashes.interrupt({
  'the filling of new pools': { fn: 'Reconciler', room: POOLED, before: startPooled, call: () => crashes.world.work() },
  'the filling of a released seat': {
    fn: 'Reconciler',
    room: POOLED,
    before: leavePooled,
    call: () => crashes.world.work(),
  },
  'a join from a pool': {
    fn: 'Audience',
    room: POOLED,
    before: startFilled,
    call: () => crashes.world.audience('JoinMeeting', bert),
  },
  'a batch join from pools': {
    fn: 'Audience',
    room: POOLED,
    before: startFilled,
    call: () => crashes.world.audience('JoinMeetingBatch', { meeting: POOLED, participants }),
  },
  'a join of a user who waits': {
    fn: 'Audience',
    room: POOLED,
    before: startPooled,
    call: () =>
      crashes.world.audience('JoinMeeting', bert).catch((error) => {
        if (error.errorType !== 'Throttled') throw error;
      }),
  },
});
