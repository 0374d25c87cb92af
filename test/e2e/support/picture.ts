import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';

/** Browsers of another version draw edges and controls a little differently. */
const TOLERATED_SHARE = 0.002;
const WRITES = process.env.PICTURES === 'write';

/**
 * Compares a page with its picture. `PICTURES=write npm run test:e2e -- demo` replaces the picture.
 *
 * @param changing what is different each time, such as times and videos
 * @returns the share of pixels that differ too much, otherwise undefined
 */
export async function differenceFrom(path: string, page: Page, changing: Locator): Promise<string | undefined> {
  const screenshot = await page.screenshot({ fullPage: true, animations: 'disabled' });
  if (WRITES) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, screenshot);
    return undefined;
  }
  if (!existsSync(path)) return `${path} is missing.`;
  const [taken, expected] = [screenshot, readFileSync(path)].map((image) => PNG.sync.read(image));
  const { width, height } = expected;
  if (taken.width !== width || taken.height !== height) {
    return `The page has ${taken.width} × ${taken.height} pixels, the picture ${width} × ${height}.`;
  }
  for (const each of await changing.all()) {
    const box = (await each.boundingBox())!;
    for (const picture of [taken, expected]) blank(picture, box);
  }
  const different = pixelmatch(taken.data, expected.data, null, width, height);
  const share = different / (width * height);
  if (share <= TOLERATED_SHARE) return undefined;
  writeFileSync(`${path}.new.png`, screenshot);
  return `${(share * 100).toFixed(1)} % of the pixels are different: ${path}.new.png`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function blank({ data, width: across, height: down }: PNG, { x, y, width, height }: Box): void {
  const [left, right] = [Math.floor(x), Math.min(across, Math.ceil(x + width))];
  for (let row = Math.floor(y); row < Math.min(down, Math.ceil(y + height)); row++) {
    data.fill(0, (row * across + left) * 4, (row * across + right) * 4);
  }
}
