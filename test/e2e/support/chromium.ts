import { type Browser, chromium } from 'playwright-core';

/** Debian's. test/e2e/install.sh installs it. */
export const CHROMIUM = '/usr/bin/chromium';

/**
 * Starts a browser for meetings on this machine.
 * @param port that of the server that all names of the Chime SDK lead to, if pages connect to them
 */
export function startChromium(port?: number): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
      '--ignore-certificate-errors',
      `--host-resolver-rules=${port ? `MAP *.chime.aws 127.0.0.1:${port}, ` : ''}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
    ],
  });
}
