// Answers for the names in HOSTS instead of the DNS, in the process that preloads this.
const dns = require('node:dns');

const hosts = JSON.parse(process.env.HOSTS ?? '{}');
const { lookup } = dns;
dns.lookup = (name, options, done) => {
  const callback = typeof options === 'function' ? options : done;
  const address = hosts[name];
  if (!address) return lookup(name, options, done);
  return options?.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4);
};
