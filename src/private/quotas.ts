/** Default service quotas of Amazon Chime SDK. Adjustable. No imports: the command line reads them, too. */
export const CONCURRENT_MEETINGS = { code: 'L-9F286451', value: 250 };
export const REPLICAS_PER_MEETING = { code: 'L-154D84D0', value: 4 };
/** The rate of calls of one operation in a control region. Increased only together with the concurrent meetings. */
export const API_REQUESTS = { perSecond: 10, burst: 20 };
/** The maximum number of attendees of `BatchCreateAttendee`. */
export const ATTENDEES_PER_BATCH = 100;
/**
 * The warm throughput of a new on-demand table.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 */
export const TABLE_UNITS_PER_SECOND = { writes: 4_000, reads: 12_000 };
