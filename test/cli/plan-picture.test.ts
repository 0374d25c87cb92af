import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PICTURE, planPicture } from '../../scripts/plan-picture';

describe('docs/plan.svg', () => {
  test('is the output of plan for the config in README', async () => {
    const isCurrent = readFileSync(PICTURE, 'utf8') === (await planPicture());
    const command = 'npx tsx --tsconfig scripts/tsconfig.json scripts/plan-picture.ts';
    expect(isCurrent ? 'current' : `not current: run ${command}`).toBe('current');
  });

  test('is in README', () => {
    expect(readFileSync(join(__dirname, '../../README.md'), 'utf8')).toContain('/main/docs/plan.svg)');
  });
});
