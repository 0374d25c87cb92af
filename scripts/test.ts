import { spawn } from 'node:child_process';

interface Result {
  readonly output: string;
  readonly code: number;
}

/** Compiles and tests the library, and lints it at the same time: `npm test [-- options of jest]`. */
async function main(jestOptions: string[]): Promise<void> {
  process.stdout.write('Linting in the background. Its output follows that of the tests.\n');
  const [lint, unit] = await Promise.all([run('lint', [], 'pipe'), run('test:unit', jestOptions, 'inherit')]);
  process.stdout.write(`${lint.output}\nLint: ${lint.code === 0 ? 'passed' : 'failed'}\n`);
  process.exitCode = unit.code || lint.code;
}

function run(task: string, args: string[], stdio: 'pipe' | 'inherit'): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['projen', task, ...args], { stdio: ['ignore', stdio, stdio] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ output, code: code ?? 1 }));
  });
}

void main(process.argv.slice(2));
