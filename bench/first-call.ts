import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface FirstCall {
  readonly answer: string;
  /** In milliseconds, since the start of the process. */
  readonly fromStart: number;
  /** In milliseconds, since the handler was loaded. */
  readonly fromReady: number;
}

/** Starts a process with a handler, as Lambda does, and invokes it once. */
export function firstCall(
  node: string,
  handler: string,
  env: Record<string, string>,
  event: object,
): Promise<FirstCall> {
  const start = process.hrtime.bigint();
  const child = spawn(node, [resolve('test/e2e/support/lambda-bootstrap.cjs'), handler, 'handler'], {
    env,
    stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
  });
  const since = (from: bigint) => Number(process.hrtime.bigint() - from) / 1e6;
  return new Promise((done, failed) => {
    let answer = '';
    let ready: bigint | undefined;
    child.on('exit', (code) => failed(new Error(`The handler ended with ${code}.`)));
    child.stdio[3]!.on('data', (chunk) => {
      answer += String(chunk);
      // The end of a chunk is sufficient, because searching a long answer again and again takes time.
      if (!String(chunk).endsWith('\n')) return;
      if (ready === undefined) {
        ready = process.hrtime.bigint();
        answer = '';
        child.stdin!.write(`${JSON.stringify({ id: 1, event, timeout: 30_000 })}\n`);
        return;
      }
      const result = { answer, fromStart: since(start), fromReady: since(ready) };
      child.kill();
      done(result);
    });
  });
}
