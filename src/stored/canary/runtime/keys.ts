import { randomUUID } from 'node:crypto';

const NAME = /^\d{8}T\d{6}Z-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns a unique key: `<folder>20261121T080000Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427`. */
export function newKey(folder: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${folder}${time}-${randomUUID()}`;
}

/** Whether the canary with this folder created the key. The canary deletes only such objects. */
export function isCanaryKey(folder: string, key: string): boolean {
  return folder.length > 1 && folder.endsWith('/') && key.startsWith(folder) && NAME.test(key.slice(folder.length));
}
