import { MeetingEvents } from './events';
import { AttendeeRecord, Connection, Loss, MeetingRecord } from './records';

/** Connects an attendee. A new connection replaces an existing one. */
export function connect(events: MeetingEvents, meeting: MeetingRecord, connection: Connection, at: number): void {
  const { attendee } = connection;
  const before = meeting.connections.get(attendee.attendeeId);
  meeting.connections.set(attendee.attendeeId, connection);
  before?.lost(at, 'replaced');
  noteWhoIsThere(meeting, at);
  events.produce(before ? 'chime:AttendeeAuthorized' : 'chime:AttendeeJoined', meeting, at, attendee);
}

/** Ends the connection of an attendee, if any. */
export function disconnect(
  events: MeetingEvents,
  meeting: MeetingRecord,
  attendee: AttendeeRecord,
  why: Exclude<Loss, 'replaced'>,
  at: number,
): void {
  const connection = meeting.connections.get(attendee.attendeeId);
  if (!connection) return;
  meeting.connections.delete(attendee.attendeeId);
  noteWhoIsThere(meeting, at);
  events.produce(why === 'dropped' ? 'chime:AttendeeDropped' : 'chime:AttendeeLeft', meeting, at, attendee);
  connection.lost(at, why);
}

/** Updates the times from which the service measures when to end the meeting. */
export function noteWhoIsThere(meeting: MeetingRecord, at: number): void {
  const connected = meeting.connections.size;
  meeting.emptySince = connected === 0 ? (meeting.emptySince ?? at) : undefined;
  meeting.quietSince = connected >= 2 && !meeting.audible ? (meeting.quietSince ?? at) : undefined;
}
