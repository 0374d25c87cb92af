import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplicatedMeetingService } from '../../../src';
import { HOST_OPERATIONS, HTTP_STATUS } from '../../../src/live/meeting/contract';
import { primaryStack } from '../../support/synth';

const DOCS = join(__dirname, '../../../docs');
const API = readFileSync(join(DOCS, 'live/meeting-api.md'), 'utf8');
const OPERATIONS = readFileSync(join(DOCS, 'operations.md'), 'utf8');

/** The code blocks of a language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);
}

describe('docs/live/meeting-api.md', () => {
  test('lists every error code with its status', () => {
    const explained = [...API.matchAll(/^\| `(\w+)` \| (\d{3}) \| .{20}/gm)].map(([, code, status]) => [code, +status]);
    expect(explained).toEqual(Object.entries(HTTP_STATUS));
  });

  test('documents exactly the existing operations', () => {
    const headings = [...API.matchAll(/^### ([A-Z][a-z]+[A-Z]\w+)$/gm)].map(([, heading]) => heading);
    expect(headings.sort()).toEqual([...HOST_OPERATIONS].sort());
  });

  test('shows a request for every operation', () => {
    for (const operation of HOST_OPERATIONS) {
      const [, section] = API.split(new RegExp(`^### ${operation}$`, 'm'));
      expect(JSON.parse(blocks(section, 'json')[0])).toMatchObject({ operation, meeting: 'town-hall' });
    }
  });

  test('has valid JSON examples', () => {
    for (const example of blocks(API, 'json')) expect(() => JSON.parse(example)).not.toThrow();
  });
});

test('docs/operations.md has a section for every alarm', () => {
  const alarms = new ReplicatedMeetingService(primaryStack(), 'Meetings').addAlarms();
  const sections = OPERATIONS.split(/^## /m).filter((section) => section.startsWith('Alarm: '));
  const explained = sections.flatMap((section) => section.match(/^`(\w+Alarm)`: /m)?.[1] ?? []);
  expect(explained).toEqual(alarms.map(({ node }) => node.id));
});
