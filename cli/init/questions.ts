import { createInterface } from 'node:readline';
import { Answers, Choices, defaultsOf, PARSERS } from './choices';
import type { Context } from '../context';
import { UsageError } from '../problems';

const QUESTIONS: { readonly [choice in keyof Choices]: string } = {
  template: 'What for: stored media, live meetings too, or everything (stored, live, everything)?',
  region: 'Region of the primary bucket?',
  replicas: 'Regions of the replicas, separated by commas?',
  proxies: 'Private access to the replicas, billed by the hour (yes, no)?',
  meetings: 'Meetings (yes, no)?',
};

/** Asks for the choices that the options do not make. An empty answer is the default. */
export async function ask(given: Answers, { stdin, stderr }: Context): Promise<Answers> {
  const lines = createInterface({ input: stdin! });
  const input = lines[Symbol.asyncIterator]();
  const answers: Record<string, string | undefined> = { ...given };
  try {
    for (const [choice, question] of Object.entries(QUESTIONS)) {
      while (answers[choice] === undefined) {
        const byDefault = defaultsOf(answers)[choice as keyof Choices];
        stderr.write(`${question} [${byDefault}] `);
        const { value, done } = await input.next();
        if (done) throw new UsageError('The input ended. Nothing was written.');
        const answer = value.trim() || byDefault;
        if (isValid(choice as keyof Choices, answer)) answers[choice] = answer;
      }
    }
  } finally {
    lines.close();
  }
  return answers;

  function isValid(choice: keyof Choices, answer: string): boolean {
    try {
      PARSERS[choice](answer, answers.region);
      return true;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      stderr.write(`${error.message}\n`);
      return false;
    }
  }
}
