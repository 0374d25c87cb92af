import type { Facts } from './facts';
import { Estimate, PriceBook } from './prices';
import { arrivalOf, capacityOf } from '../../src/live/meeting/capacity';
import { TABLE_UNITS_PER_SECOND } from '../../src/private/quotas';

/** What many people who join within a minute require. */
export type Audience = ReturnType<typeof audienceOf>;

/** @param expected the number of people who join each meeting. As many as it has seats if undefined */
export function audienceOf({ rooms, primaryRegion }: Facts, expected: number | undefined, estimate?: Estimate) {
  const book = new PriceBook(estimate);
  const meetings = rooms.map((room) => {
    const { name } = room;
    const { audience: seats } = capacityOf(room);
    const people = expected ?? seats;
    const { writeUnitsPerSecond, readUnitsPerSecond, ...arrival } = arrivalOf(room, people);
    const costPerHour = book.amountOf('attendeeMinute', primaryRegion, 60 * arrival.seated);
    return { name, people, seats, ...arrival, writeUnitsPerSecond, readUnitsPerSecond, costPerHour };
  });
  const [writes, reads] = (['writeUnitsPerSecond', 'readUnitsPerSecond'] as const).map((units) =>
    Math.max(0, ...meetings.map((meeting) => meeting[units])),
  );
  const { writes: defaultWrites, reads: defaultReads } = TABLE_UNITS_PER_SECOND;
  const raise = writes > defaultWrites || reads > defaultReads;
  return {
    meetings,
    table: { writeUnitsPerSecond: writes, readUnitsPerSecond: reads, defaultWrites, defaultReads, raise },
  };
}

/** The facts with as many sessions as the audience needs, for the quotas. */
export function withSessionsFor({ meetings }: Audience, facts: Facts): Facts {
  const needed = new Map(meetings.map(({ name, replicasNeeded }) => [name, 1 + replicasNeeded]));
  return {
    ...facts,
    meetings: facts.meetings.map((each) => ({
      ...each,
      sessions: Math.max(each.sessions, needed.get(each.name) ?? 0),
    })),
  };
}
