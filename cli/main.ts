#!/usr/bin/env node
import { cleanUpAll, mustCleanUp } from './cleanup';
import { discardAll } from './deployment/folder';
import { Commands, run } from './run';

const COMMANDS: Commands = {
  init: async () => (await import('./commands/init')).init,
  validate: async () => (await import('./commands/validate')).validate,
  plan: async () => (await import('./commands/plan')).plan,
  synth: async () => (await import('./commands/synth')).synth,
  diff: async () => (await import('./commands/diff')).diff,
  status: async () => (await import('./commands/status')).status,
  audit: async () => (await import('./commands/audit')).audit,
  preferences: async () => (await import('./commands/preferences')).preferences,
  failover: async () => (await import('./commands/failover')).failover,
  failback: async () => (await import('./commands/failover')).failback,
  schema: async () => (await import('./commands/schema')).schema,
};

// The reader may close the pipe early: `… | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// While a config is synthesized, which takes a second, the signal waits: afterwards nothing is left to delete.
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
  process.on(signal, () => {
    discardAll();
    const exit = () => process.exit(128 + number);
    if (!mustCleanUp()) exit();
    // A second signal waits too.
    process.stderr.write('Interrupted. Deleting change sets.\n');
    void cleanUpAll().then((problems) => {
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      exit();
    });
  });
}

const { env, stdin, stdout, stderr } = process;
void run(process.argv.slice(2), { cwd: process.cwd(), env, stdin, stdout, stderr }, COMMANDS).then((code) => {
  // process.exit() would lose output that is not written yet.
  process.exitCode = code;
  // Keeps the process running until a signal that waited is handled.
  setImmediate(() => setImmediate(() => undefined));
});
