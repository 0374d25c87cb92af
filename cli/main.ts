#!/usr/bin/env node
import { Commands, run } from './run';

const COMMANDS: Commands = {
  init: async () => (await import('./commands/init')).init,
  validate: async () => (await import('./commands/validate')).validate,
  plan: async () => (await import('./commands/plan')).plan,
  synth: async () => (await import('./commands/synth')).synth,
  preferences: async () => (await import('./commands/preferences')).preferences,
  schema: async () => (await import('./commands/schema')).schema,
};

// The reader may close the pipe early: `… | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { env, stdout, stderr } = process;
void run(process.argv.slice(2), { cwd: process.cwd(), env, stdout, stderr }, COMMANDS).then((code) => {
  // process.exit() would lose output that is not written yet.
  process.exitCode = code;
});
