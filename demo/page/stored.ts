import { byId, create, option, row, setText, valuesOf } from './dom';
import { send } from './requests';
import type { Link, Reason } from '../../src/stored/routing/contract';
import { StoredObjects, StoredSettings } from '../contract';

const MINUTE_MS = 60_000;
const STEP_MINUTES = 30;

const REASONS: Record<Reason, string> = {
  'delay-over': 'The object is older than the delay.',
  'in-replica': 'The replica has this version.',
  failover: 'The replica takes the place of the primary, which is unavailable.',
  upload: 'Uploads go to the primary.',
  'preference-no': 'The preference is "no".',
  'address-missing': 'The request has no address.',
  'address-outside-ranges': 'The address is in no configured range.',
  'primary-chosen': 'The primary is the nearest copy, or the specified Region.',
  'region-drained': 'The Region is drained.',
  'region-weighted': 'The weight of the Region excludes this object.',
  'replica-paused': 'The replica is paused.',
  'outside-proxy-network': 'The viewer is not a client of the proxy.',
  'not-replicated': 'The replica does not contain such objects.',
  'not-backfilled': 'The object is older than the replica, and is not backfilled yet.',
  'replication-failed': 'S3 reported that the replication is late or has failed.',
  'too-new': 'The object is newer than the delay.',
  'not-in-replica': 'The replica does not have this version yet.',
  'not-in-primary': 'The primary has no such object.',
  'replica-slow': 'The replica did not answer in time.',
  'replica-failing': 'The replica returned an error.',
  'primary-not-answering': 'The primary did not answer.',
  'state-unknown': 'The state of the replica is unknown.',
};

/** The page of a viewer of stored media. */
export async function initStored(): Promise<void> {
  const { addresses, regions } = await send<StoredSettings>('/stored');
  const form = byId<HTMLFormElement>('viewer');
  form.clientIp.value = addresses[0].address;
  byId('addresses').append(...addresses.map(({ address, description }) => option(address, description)));
  form.region.append(...regions.map((region) => option(region)));

  const work = async (description: string, task: () => Promise<unknown>) => {
    setText(byId('stored-error'), '');
    setText(byId('stored-status'), description);
    try {
      await task();
      await showLinks(form);
    } catch (error) {
      setText(byId('stored-status'), '');
      setText(byId('stored-error'), (error as Error).message);
    }
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    await work('Asking the router', async () => undefined);
  };
  byId('upload').onclick = () => work('Uploading', () => send('/upload', {}));
  byId('advance').onclick = () => work('Replicating', () => send('/advance', { minutes: STEP_MINUTES }));
  await work('Asking the router', async () => undefined);
}

async function showLinks(form: HTMLFormElement): Promise<void> {
  const { now, objects } = await send<StoredObjects>('/objects');
  const { clientIp, preference, region } = valuesOf(form);
  const links: Link[] = await send('/links', { clientIp, preference, region: region || undefined, objects });
  const ages = new Map(objects.map(({ key, createdAt }) => [key, Date.parse(now) - Date.parse(createdAt)]));
  byId('links').replaceChildren(
    ...links.map(({ key, region: from, source, reason, url }) =>
      row(
        key,
        ageOf(ages.get(key)!),
        `${from} (${source})`,
        create('span', {}, create('code', {}, reason), create('br'), REASONS[reason]),
        create('a', { href: url, target: '_blank', rel: 'noopener', ariaLabel: `Open ${key}` }, 'Open'),
      ),
    ),
  );
  const near = links.filter(({ source }) => source === 'replica').length;
  setText(byId('stored-status'), `${near} of ${links.length} links point to a replica.`);
}

function ageOf(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / MINUTE_MS);
  if (minutes < 1) return 'new';
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
