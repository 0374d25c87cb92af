// A client in a network namespace of its own. Reads links, one list on each line of the standard input, and answers with
// the result of each: the status and the hash of the body, or the error.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Agent, get } = require('node:https');
const { createInterface } = require('node:readline');

const CONNECTIONS = 16;
const { AUTHORITY, HOSTS } = process.env;
const hosts = JSON.parse(HOSTS);

/** The DNS of the client's network: only the names in HOSTS exist. */
function lookup(name, options, done) {
  const address = hosts[name];
  if (!address) return done(Object.assign(new Error(`There is no ${name} in this network`), { code: 'ENOTFOUND' }));
  return options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
}

const agent = new Agent({ ca: readFileSync(AUTHORITY), keepAlive: true, maxSockets: CONNECTIONS, lookup });

function read(link) {
  // `URL` would normalize dot segments in the path.
  const [, host, path] = /^https:\/\/([^/]+)(\/.*)$/.exec(link);
  return new Promise((resolve) => {
    get({ agent, host, path, timeout: 10_000 }, (response) => {
      const hash = createHash('sha256');
      response.on('data', (chunk) => hash.update(chunk));
      response.on('end', () => resolve({ status: response.statusCode, sha256: hash.digest('hex') }));
      response.on('error', ({ code }) => resolve({ status: 0, error: code }));
    })
      .on('timeout', function () {
        this.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      })
      .on('error', ({ code, message }) => resolve({ status: 0, error: code ?? message }));
  });
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(`${JSON.stringify(await Promise.all(JSON.parse(line).map(read)))}\n`);
});
process.stdout.write('ready\n');
