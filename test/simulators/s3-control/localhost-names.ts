import dns from 'node:dns';

let users = 0;
let original: typeof dns.lookup;

/**
 * Lets all names under localhost be this machine, in this process, until the returned function is called. So says
 * https://www.rfc-editor.org/rfc/rfc6761#section-6.3, but not every system's resolver knows.
 */
export function resolveLocalhostNames(): () => void {
  if (users++ === 0) {
    original = dns.lookup;
    const lookup = (name: string, ...rest: unknown[]) =>
      (original as (...args: unknown[]) => void)(/\.localhost\.?$/i.test(name) ? '127.0.0.1' : name, ...rest);
    dns.lookup = Object.defineProperties(lookup, Object.getOwnPropertyDescriptors(original)) as typeof dns.lookup;
  }
  let released = false;
  return () => {
    if (!released && --users === 0) dns.lookup = original;
    released = true;
  };
}
