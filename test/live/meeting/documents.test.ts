import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplicatedMeetingService } from '../../../src';
import { HOST_OPERATIONS, HTTP_STATUS } from '../../../src/live/meeting/contract';
import { primaryStack } from '../../support/synth';

const DOCS = join(__dirname, '../../../docs');
const API = readFileSync(join(DOCS, 'live/meeting-api.md'), 'utf8');
const OPERATIONS = readFileSync(join(DOCS, 'operations.md'), 'utf8');

/** The blocks of code of a language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);
}

describe('docs/live/meeting-api.md', () => {
  test('has every code with its status', () => {
    const explained = [...API.matchAll(/^\| `(\w+)` \| (\d{3}) \| .{20}/gm)].map(([, code, status]) => [code, +status]);
    expect(explained).toEqual(Object.entries(HTTP_STATUS));
  });

  test('has every operation, and no other', () => {
    const headings = [...API.matchAll(/^### ([A-Z][a-z]+[A-Z]\w+)$/gm)].map(([, heading]) => heading);
    expect(headings.sort()).toEqual([...HOST_OPERATIONS].sort());
  });

  test('has a request of every operation under its heading', () => {
    for (const operation of HOST_OPERATIONS) {
      const [, section] = API.split(new RegExp(`^### ${operation}$`, 'm'));
      expect(JSON.parse(blocks(section, 'json')[0])).toMatchObject({ operation, meeting: 'town-hall' });
    }
  });

  test('has examples that are JSON', () => {
    for (const example of blocks(API, 'json')) expect(() => JSON.parse(example)).not.toThrow();
  });
});

test('docs/operations.md has a section for every alarm', () => {
  const alarms = new ReplicatedMeetingService(primaryStack(), 'Meetings').addAlarms();
  const sections = OPERATIONS.split(/^## /m).filter((section) => section.startsWith('Alarm: '));
  const explained = sections.flatMap((section) => section.match(/^`(\w+Alarm)`: /m)?.[1] ?? []);
  expect(explained).toEqual(alarms.map(({ node }) => node.id));
});
