/** Default service quotas of Amazon Chime SDK. Adjustable. No imports: the command line reads them, too. */
export const CONCURRENT_MEETINGS = { code: 'L-9F286451', value: 250 };
export const REPLICAS_PER_MEETING = { code: 'L-154D84D0', value: 4 };
