// Runs a handler as Lambda does: events come one a line, and so do answers. Errors as Lambda reports them.
const { createInterface } = require('node:readline');
const { writeSync } = require('node:fs');

const [, , folder, exported] = process.argv;
// Tests move the clock that the handler sees.
let ahead = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [RealDate.now() + ahead]));
  }
  static now() {
    return RealDate.now() + ahead;
  }
};
// Loaded now, because it can keep `Date.now`.
const handler = require(folder)[exported];

const answer = (message) => writeSync(3, JSON.stringify(message) + '\n');

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, event, timeout, aheadMs = ahead } = JSON.parse(line);
  ahead = aheadMs;
  const deadline = Date.now() + timeout;
  try {
    const result = await handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() });
    answer({ id, result: result ?? null });
  } catch (error) {
    answer({ id, error: { errorType: error.name, errorMessage: error.message } });
  }
});
answer({ ready: true });
