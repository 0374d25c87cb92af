import type { Schema } from './schema';

/** Abbreviations, and units that a duration cannot have, in seconds. */
const SECONDS: Record<string, number> = {
  ...{ s: 1, sec: 1, secs: 1, second: 1, seconds: 1 },
  ...{ m: 60, min: 60, mins: 60, minute: 60, minutes: 60 },
  ...{ h: 3600, hr: 3600, hrs: 3600, hour: 3600, hours: 3600 },
  ...{ d: 86_400, day: 86_400, days: 86_400 },
  ...{ w: 604_800, week: 604_800, weeks: 604_800 },
};
const UNITS = { day: 86_400, hour: 3600, minute: 60, second: 1 };
/** Properties that S3 measures in days. */
const IN_DAYS = /expiration|transitionAfter|uploadAfter|governance|compliance/i;

/** Advice for a value that is not a duration, if the schema expects one: `. Write 10 minutes.` */
export function durationAdvice(value: unknown, { title = '' }: Schema, key: string): string | undefined {
  if (!title.startsWith('a duration')) return undefined;
  const text = String(value).trim();
  if (/^\d+$/.test(text)) {
    return IN_DAYS.test(key)
      ? `. Add the unit: ${withUnit(Number(text), 'day')}.`
      : `. Add a unit: ${text} seconds, ${text} minutes, ….`;
  }
  const seconds = secondsIn(text.toLowerCase());
  return seconds === undefined ? undefined : `. Write ${show(seconds)}.`;
}

/** `10m`, `1.5 hours`, `1h30m`, `PT15M`, `P30D`. */
function secondsIn(text: string): number | undefined {
  const iso = /^p(\d+[wd])?(?:t((?:\d+[hms])+))?$/.exec(text);
  const parts = iso ? `${iso[1] ?? ''}${iso[2] ?? ''}` : text;
  const found = [...parts.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)];
  if (found.length === 0 || found.map(([part]) => part).join('') !== parts) return undefined;
  const seconds = found.reduce((total, [, count, unit]) => total + Number(count) * (SECONDS[unit] ?? NaN), 0);
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** In the largest unit that needs no fraction. */
function show(seconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, each]) => seconds > 0 && seconds % each === 0) ?? ['second', 1];
  return withUnit(seconds / size, unit);
}

function withUnit(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
