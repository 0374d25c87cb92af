import { MeetingEvents } from './events';
import { AttendeeRecord, Connection, MeetingRecord } from './records';

/** How a connection ends: by a good-bye, or without. */
export type Farewell = 'chime:AttendeeLeft' | 'chime:AttendeeDropped';

/** Connects an attendee. One who is connected already is handed over to the new connection. */
export function connect(events: MeetingEvents, meeting: MeetingRecord, connection: Connection, at: number): void {
  const { attendee } = connection;
  const before = meeting.connections.get(attendee.attendeeId);
  meeting.connections.set(attendee.attendeeId, connection);
  before?.lost(at);
  noteWhoIsThere(meeting, at);
  events.produce(before ? 'chime:AttendeeAuthorized' : 'chime:AttendeeJoined', meeting, at, attendee);
}

/** Ends an attendee's connection, if there is one. */
export function disconnect(
  events: MeetingEvents,
  meeting: MeetingRecord,
  attendee: AttendeeRecord,
  how: Farewell,
  at: number,
): void {
  const connection = meeting.connections.get(attendee.attendeeId);
  if (!connection) return;
  meeting.connections.delete(attendee.attendeeId);
  noteWhoIsThere(meeting, at);
  events.produce(how, meeting, at, attendee);
  connection.lost(at);
}

/** Keeps the moments from which the service counts until it ends the meeting. */
export function noteWhoIsThere(meeting: MeetingRecord, at: number): void {
  const connected = meeting.connections.size;
  meeting.emptySince = connected === 0 ? (meeting.emptySince ?? at) : undefined;
  meeting.quietSince = connected >= 2 && !meeting.audible ? (meeting.quietSince ?? at) : undefined;
}
