import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, FLOOR, MAVEN_REPOSITORY, packageFile, packages, workDir } from './packages';
import { run, synthEnv } from './shell';

/** The programs of each example: an app of single constructs, the platform stack, and the smallest app. */
export type Program = 'studio' | 'platform' | 'smallest';
export const PROGRAMS: Program[] = ['studio', 'platform', 'smallest'];

/** The example of a language in a new project, with the library installed by the package manager of the language. */
export interface Consumer {
  /** Synthesizes a program, and returns the output folder. */
  synth(program: Program): string;
  /** Runs code in the project, and returns its output. */
  evaluate(code: string): string;
}

function freshCopy(language: string): string {
  const dir = mkdtempSync(join(workDir(), `${language}-`));
  cpSync(join(EXAMPLES, language), dir, { recursive: true });
  return dir;
}

type Command = [command: string, ...args: string[]];

function consumer(dir: string, command: (program: Program) => Command, evaluator: string[] = []): Consumer {
  return {
    synth(program) {
      const outdir = join(dir, `cdk.out-${program}`);
      const [file, ...args] = command(program);
      run(file, args, { cwd: dir, env: synthEnv(outdir) });
      return outdir;
    },
    evaluate(code) {
      const [file, ...args] = evaluator;
      return run(file, [...args, code], { cwd: dir });
    },
  };
}

export function typescript(onFloor = false): Consumer {
  const dir = freshCopy('typescript');
  const floor = onFloor ? [`aws-cdk-lib@${FLOOR.cdk}`, `constructs@${FLOOR.constructs}`] : [];
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', packageFile('npm', '.tgz'), ...floor], { cwd: dir });
  run('npx', ['tsc'], { cwd: dir });
  return consumer(dir, (program) => ['npx', 'tsx', `${program}.ts`], ['node', '-e']);
}

/** A module must not have the name of one in the standard library: `platform`. */
const PYTHON_FILES: Record<Program, string> = { studio: 'studio', platform: 'media_platform', smallest: 'smallest' };

export function python(onFloor = false): Consumer {
  const dir = freshCopy('python');
  run('python3', ['-m', 'venv', '.venv'], { cwd: dir });
  const wheel = packageFile('wheel', '.whl');
  run('.venv/bin/pip', ['install', '--quiet', wheel, '-r', 'requirements.txt'], { cwd: dir });
  if (onFloor) {
    const floor = [`aws-cdk-lib==${FLOOR.cdk}`, `constructs==${FLOOR.constructs}`];
    run('.venv/bin/pip', ['install', '--quiet', wheel, ...floor], { cwd: dir });
  }
  return consumer(dir, (program) => ['.venv/bin/python', `${PYTHON_FILES[program]}.py`], ['.venv/bin/python', '-c']);
}

export function java(): Consumer {
  const dir = freshCopy('java');
  const maven = ['-B', '-ntp', '-q', `-Dmaven.repo.local=${MAVEN_REPOSITORY}`];
  run('mvn', [...maven, 'compile'], { cwd: dir });
  return consumer(dir, (program) => {
    const main = `com.example.studio.${program[0].toUpperCase()}${program.slice(1)}`;
    return ['mvn', ...maven, 'exec:java', `-Dexec.mainClass=${main}`];
  });
}

const GO_MODULE = 'github.com/cdk-media-replication/cdk-media-replication-go/cdkmediareplication';
const GO_AWSCLI = 'github.com/cdklabs/awscdk-asset-awscli-go/awscliv1/v2';
const GO_PROXY_AGENT = 'github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2';

export function go(): Consumer {
  const dir = freshCopy('go');
  const replace = (module: string, by: string) => run('go', ['mod', 'edit', `-replace=${module}=${by}`], { cwd: dir });
  replace(GO_MODULE, join(packages('go'), 'cdkmediareplication'));
  // The modules require the newest versions of unused assets, which a module proxy may not have yet.
  replace(GO_AWSCLI, `${GO_AWSCLI}@v2.2.282`);
  replace(GO_PROXY_AGENT, `${GO_PROXY_AGENT}@v2.1.2`);
  run('go', ['mod', 'tidy'], { cwd: dir });
  run('go', ['build', '-o', 'bin/', './...'], { cwd: dir });
  return consumer(dir, (program) => [join(dir, 'bin', program)]);
}
