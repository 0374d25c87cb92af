import type { MeetingView } from '../../simulators/chime';

type Row = Record<string, any>;

const kindOf = ({ pk }: Row) => pk.split('#')[0] as string;

/** All inconsistencies between the rows of the table and the meetings of the Chime API. */
export function leaksOf(rows: readonly Row[], meetings: readonly MeetingView[]): string[] {
  const live = new Map(meetings.map((view) => [view.meetingId, view]));
  const rooms = rows.filter((row) => kindOf(row) === 'room');
  const accounted = new Set<Row>();
  const owned = new Set<string>();
  const leaks: string[] = [];
  for (const room of rooms) {
    if (!['idle', 'ended', 'live'].includes(room.state)) leaks.push(`${room.pk} is ${room.state}`);
    if (room.state !== 'live') continue;
    if (!live.has(room.primaryMeetingId)) leaks.push(`${room.pk} is live without a primary`);
    for (const { meetingId } of room.sessions) owned.add(meetingId);
    leaks.push(...leaksOfGeneration(room, rows, live, accounted));
    if (room.previous) {
      // Its users move to the running generation, and it ends within minutes.
      for (const { meetingId } of room.previous.sessions) owned.add(meetingId);
      const address = `${room.uid}#${room.previous.generation}`;
      for (const row of rows) {
        if (belongsTo(row, address) || isOf(row, { ...room, ...room.previous })) accounted.add(row);
      }
    }
  }
  for (const { meetingId, externalMeetingId } of live.values()) {
    if (!owned.has(meetingId)) leaks.push(`a meeting of ${externalMeetingId} without a room`);
  }
  for (const row of rows) {
    const isWaiting = row.grp?.startsWith('waiting#');
    const isBan = kindOf(row) === 'user' && row.banned && !row.seat && !row.stage && row.expiresAt === undefined;
    if (
      !['room', 'hand', 'wake', 'work', 'count'].includes(kindOf(row)) &&
      !isBan &&
      !isWaiting &&
      !accounted.has(row)
    ) {
      leaks.push(`${row.pk} is orphaned`);
    }
  }
  return leaks;
}

/** Every place is either free or taken, and every taken one has an attendee. */
function leaksOfGeneration(
  room: Row,
  rows: readonly Row[],
  live: ReadonlyMap<string, MeetingView>,
  accounted: Set<Row>,
): string[] {
  const leaks: string[] = [];
  const prefix = `${room.uid}#${room.generation}`;
  const users = rows.filter((row) => kindOf(row) === 'user' && row.seat && isOf(row, room));
  const attendeesOf = new Map<number, Map<string, string>>();
  for (const { index, meetingId } of room.sessions) {
    const attendees = live.get(meetingId)?.attendees ?? [];
    attendeesOf.set(index, new Map(attendees.map(({ attendeeId, externalUserId }) => [attendeeId, externalUserId])));
  }
  const hasAttendee = (row: Row, place: Row, credentials: Row | undefined, index: number) => {
    if (place.state !== 'taken') leaks.push(`the place of ${row.pk} is ${place.state}`);
    else if (credentials?.AttendeeId !== place.attendeeId) leaks.push(`${row.pk} has other credentials`);
    else if (!attendeesOf.get(index)?.delete(place.attendeeId)) leaks.push(`${row.pk} has no attendee`);
  };
  const addsUp = (group: string, taken: readonly Row[], size: number) => {
    const free = rows.filter(({ grp }) => grp === group);
    free.forEach((row) => accounted.add(row));
    const numbers = [...free.map(({ ord }) => Number(ord)), ...taken.map(({ number }) => number)];
    const expected = Array.from({ length: size }, (_, number) => number);
    if (JSON.stringify(numbers.sort((a, b) => a - b)) !== JSON.stringify(expected)) {
      leaks.push(`${group}: ${free.length} free and ${taken.length} taken of ${size} places: ${numbers}`);
    }
  };
  for (const { index, meetingId } of room.sessions) {
    const session = rows.find(({ pk }) => pk === `session#${prefix}#${index}`);
    if (!session) {
      leaks.push(`session ${index} of ${room.pk} has no row`);
      continue;
    }
    accounted.add(session);
    for (const row of rows) if (row.pk === `meeting#${meetingId}`) accounted.add(row);
    const seated = users.filter((row) => row.index === index);
    for (const row of seated) {
      accounted.add(row);
      hasAttendee(row, row.seat, row.attendee, index);
      if (row.stage) hasAttendee(row, row.stage, row.stageAttendee, 0);
    }
    const pool = poolOf(rows, `${prefix}#${index}`, session);
    pool.rows.forEach((row) => accounted.add(row));
    for (const row of pool.free) hasAttendee(row, { ...row.seat, state: 'taken' }, row.attendee, index);
    // A batch that was interrupted is repeated, and then finds the attendees that it has already created.
    for (const [id, user] of attendeesOf.get(index)!) if (pool.toCreate(user)) attendeesOf.get(index)!.delete(id);
    addsUp(`seats#${prefix}#${index}`, [...seated.map(({ seat }) => seat), ...pool.empty], session.cap);
    if (index === 0) {
      const promoted = users.flatMap(({ stage }) => stage ?? []);
      addsUp(`slots#${prefix}#0`, promoted, session.stageCap);
    }
  }
  for (const [index, attendees] of attendeesOf) {
    for (const user of attendees.values()) {
      leaks.push(`an attendee of ${user} without a place in session ${index} of ${room.pk}`);
    }
  }
  return leaks;
}

/** The pool of a session: its rows, the free seats with attendees, and the numbers of those without. */
function poolOf(rows: readonly Row[], address: string, { cap, pooled }: Row) {
  if (!pooled) return { rows: [], free: [], empty: [], toCreate: () => false };
  const fill = rows.find(({ pk }) => pk === `fill#${address}`);
  const refills = rows.filter(({ grp }) => grp === `refills#${address}`);
  const created = fill?.created ?? cap;
  const rest = Array.from({ length: cap - created }, (_, offset) => ({ number: created + offset }));
  const keys = new Set(refills.map(({ pk }) => pk.replace('refill#', 'seat#')));
  return {
    rows: [...(fill ? [fill] : []), ...refills],
    free: rows.filter(({ grp }) => grp === `seats#${address}`),
    empty: [...refills.map(({ ord }) => ({ number: Number(ord) })), ...rest],
    toCreate: (seat: string) => {
      const [id, number] = seat.split('#').reverse();
      return keys.has(seat) || (id === 'first' && Number(number) >= created);
    },
  };
}

function isOf(row: Row, { uid, generation }: Row): boolean {
  return row.uid === uid && row.generation === generation;
}

/** Whether the key or the group of the row has the address of a generation. */
function belongsTo({ pk, grp = '' }: Row, address: string): boolean {
  return [pk, grp].some((key: string) => `${key}#`.includes(`#${address}#`));
}
