import {
  BatchCreateAttendeeCommand,
  ChimeSDKMeetingsClient,
  CreateMeetingWithAttendeesCommand,
  DeleteAttendeeCommand,
  ListAttendeesCommand,
  paginateListAttendees,
} from '@aws-sdk/client-chime-sdk-meetings';
import { type ChimeSimulator, Fault } from './chime';
import { clientOf, createAttendee, createMeeting, failureOf, startChime } from './support/chime';

const users = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => ({ ExternalUserId: `user-${first + index}` }));
const names = (attendees: { ExternalUserId?: string }[] | undefined) =>
  attendees?.map(({ ExternalUserId }) => ExternalUserId);

describe('ChimeSimulator', () => {
  let chime: ChimeSimulator;
  let client: ChimeSDKMeetingsClient;

  beforeEach(async () => {
    chime = await startChime();
    client = clientOf(chime);
  });

  describe('batch operations succeed', () => {
    test('and report the attendees that did not fit', async () => {
      const { MeetingId } = await createMeeting(client, { MeetingFeatures: { Attendee: { MaxCount: 2 } } });
      const { $metadata, Attendees, Errors } = await client.send(
        new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(4) }),
      );

      expect($metadata.httpStatusCode).toBe(200);
      expect(names(Attendees)).toEqual(['user-0', 'user-1']);
      expect(Errors).toEqual(
        ['user-2', 'user-3'].map((ExternalUserId) => ({
          ExternalUserId,
          ErrorCode: 'ResourceLimitExceeded',
          ErrorMessage: 'The meeting has reached its limit of 2 attendees',
        })),
      );
    });

    test('and report attendees with capabilities that the meeting does not allow', async () => {
      const { MeetingId } = await createMeeting(client, { MeetingFeatures: { Video: { MaxResolution: 'None' } } });
      const Capabilities = { Audio: 'SendReceive', Video: 'SendReceive', Content: 'None' } as const;
      const { Attendees, Errors } = await client.send(
        new BatchCreateAttendeeCommand({
          MeetingId,
          Attendees: [{ ExternalUserId: 'alice', Capabilities }, { ExternalUserId: 'bob' }],
        }),
      );
      expect(names(Attendees)).toEqual(['bob']);
      expect(Errors).toMatchObject([{ ExternalUserId: 'alice', ErrorCode: 'BadRequest' }]);
    });

    test('and report attendees that a fault refuses, which succeed when retried', async () => {
      const { MeetingId } = await createMeeting(client);
      const batch = () => client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(3) }));
      chime.faults.inject(Fault.refusedItems((user) => user === 'user-1'));

      const first = await batch();
      expect(first.$metadata.httpStatusCode).toBe(200);
      expect(names(first.Attendees)).toEqual(['user-0', 'user-2']);
      expect(first.Errors).toMatchObject([{ ExternalUserId: 'user-1', ErrorCode: 'ServiceFailure' }]);
      const second = await batch();
      expect(second.Errors).toEqual([]);
      expect(second.Attendees![0]).toEqual(first.Attendees![0]);
    });

    test('and report the error code of a fault, also in CreateMeetingWithAttendees', async () => {
      const throttled = { ErrorCode: 'Throttling', ErrorMessage: 'Rate exceeded' };
      chime.faults.inject(Fault.refusedItems(() => true, throttled));
      const { Meeting, Attendees, Errors } = await client.send(
        new CreateMeetingWithAttendeesCommand({
          ClientRequestToken: 'token',
          MediaRegion: 'us-east-1',
          ExternalMeetingId: 'town-hall',
          Attendees: users(1),
        }),
      );
      expect(Meeting!.MeetingId).toBe(chime.meetings()[0].meetingId);
      expect(Attendees).toEqual([]);
      expect(Errors).toEqual([{ ExternalUserId: 'user-0', ...throttled }]);
    });

    test('while faults for items do not affect other calls', async () => {
      const refusal = chime.faults.inject(Fault.refusedItems(() => true));
      const meeting = await createMeeting(client);
      await createAttendee(client, meeting);
      expect(refusal.hits).toBe(0);
      expect(() =>
        chime.faults.inject(
          Fault.refusedItems(() => true),
          { operation: 'CreateAttendee' },
        ),
      ).toThrow('CreateAttendee has no items');
    });
  });

  test('fails a batch as a whole if the meeting does not exist', async () => {
    const MeetingId = '12345678-1234-1234-1234-123456789012';
    const batch = client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(1) }));
    expect((await failureOf(batch)).name).toBe('NotFoundException');
  });

  describe('lists attendees', () => {
    let MeetingId: string;
    const list = (MaxResults?: number, NextToken?: string) =>
      client.send(new ListAttendeesCommand({ MeetingId, MaxResults, NextToken }));

    beforeEach(async () => {
      ({ MeetingId } = await createMeeting(client));
    });

    test('of an empty meeting on a single page', async () => {
      const { Attendees, NextToken } = await list();
      expect(Attendees).toEqual([]);
      expect(NextToken).toBeUndefined();
    });

    test('on pages of 100 in the order of creation', async () => {
      for (const first of [0, 100, 200]) {
        await client.send(
          new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(first === 200 ? 50 : 100, first) }),
        );
      }
      const pages: (string | undefined)[][] = [];
      for await (const { Attendees } of paginateListAttendees({ client }, { MeetingId })) pages.push(names(Attendees)!);
      expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
      expect(pages.flat()).toEqual(names(users(250)));
    });

    test('on pages of the requested size, without an empty last page', async () => {
      await client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(4) }));
      const first = await list(2);
      expect(names(first.Attendees)).toEqual(['user-0', 'user-1']);
      const second = await list(2, first.NextToken);
      expect(names(second.Attendees)).toEqual(['user-2', 'user-3']);
      expect(second.NextToken).toBeUndefined();
    });

    test('on pages that neither skip nor repeat attendees while others are created and deleted', async () => {
      const { Attendees } = await client.send(new BatchCreateAttendeeCommand({ MeetingId, Attendees: users(4) }));
      const { NextToken } = await list(2);
      for (const gone of [Attendees![0], Attendees![1], Attendees![2]]) {
        await client.send(new DeleteAttendeeCommand({ MeetingId, AttendeeId: gone.AttendeeId }));
      }
      await createAttendee(client, { MeetingId }, 'late');
      const rest = await list(2, NextToken);
      expect(names(rest.Attendees)).toEqual(['user-3', 'late']);
    });

    test('whether or not they are connected', async () => {
      const { AttendeeId } = await createAttendee(client, { MeetingId }, 'alice');
      await createAttendee(client, { MeetingId }, 'bob');
      chime.connect(MeetingId, AttendeeId);
      expect(names((await list()).Attendees)).toEqual(['alice', 'bob']);
      expect(chime.meetings()[0].attendees.map(({ connected }) => connected)).toEqual([true, false]);
    });
  });
});
