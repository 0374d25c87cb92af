import { BAD_FILES } from './corpus';
import { problemsOf, VALID } from './support';

/** The number of files whose mistakes are not all reported in one run. */
const MAX_SECOND_ROUNDS = 1;

describe('the corpus of bad files', () => {
  test('has at least 150 different files', () => {
    expect(new Set(BAD_FILES.map(({ text }) => text)).size).toBeGreaterThanOrEqual(150);
  });

  test('is reported with places, messages and fixes', async () => {
    const answers: string[] = [];
    let secondRounds = 0;
    for (const { text, mistakes } of BAD_FILES) {
      const problems = await problemsOf(text);
      expect([text, problems]).not.toEqual([text, []]);
      for (const problem of problems) expect(problem).toMatch(/^[1-9]\d*:[1-9]\d* ./);
      const places = new Set(problems.map((problem) => problem.split(' ').slice(0, 2).join(' ')));
      if (places.size < mistakes) secondRounds++;
      const shown = text.startsWith(VALID) ? text.slice(VALID.length) : text;
      answers.push([shown.replace(/^/gm, '  | '), ...problems].join('\n'));
    }
    expect(answers.join('\n\n')).toMatchSnapshot();
    expect(secondRounds).toBeLessThanOrEqual(MAX_SECOND_ROUNDS);
  }, 300_000);
});
