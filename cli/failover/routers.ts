import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform, Site } from './platform';
import { AwsError } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';

/** The routers check the record every 10 seconds. */
const MAX_WAIT_MS = 60_000;
const POLL_MS = 2_000;
const KEY = 'failover-check';

/** The region that a router's links for uploads point to, or for reading if it creates none for uploads. */
export async function regionOfLinks({ uploads }: Platform, { router, hasty }: Site): Promise<string> {
  const request = {
    operation: 'ResolveLinks',
    method: uploads ? 'put' : 'get',
    preference: 'no',
    objects: [{ key: KEY }],
  };
  const { links } = await invoke<{ links: { region: string }[] }>(
    await nameOf(router, 'router', hasty),
    request,
    hasty,
  );
  return links[0].region;
}

/** Waits until a router points to a region. */
export async function follows(platform: Platform, site: Site, region: string): Promise<void> {
  const end = Date.now() + MAX_WAIT_MS;
  for (;;) {
    const found = await regionOfLinks(platform, site);
    if (found === region) return;
    if (Date.now() > end) {
      throw new AwsError(
        `The router in ${site.region} still creates links to ${found}, expected ${region}. Check its log for ` +
          '"Failed to check for a failover", and run the command again.',
      );
    }
    await sleep(POLL_MS);
  }
}

/** Like `follows`, for a router whose region may not answer. @returns why it does not */
export async function followsIfItAnswers(platform: Platform, site: Site, region: string): Promise<string | undefined> {
  try {
    await regionOfLinks(platform, site);
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
  await follows(platform, site, region);
  return undefined;
}
