import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CDK, MAVEN_REPOSITORY, packages, REPOSITORY } from './packages';
import { run } from './shell';

/** Versions for building the jar. For the version ranges of the POM, Maven would download the POM of every version. */
const JAVA_VERSIONS: Record<string, string> = {
  'aws-cdk-lib': CDK,
  constructs: '10.8.0',
  'jsii-runtime': '1.140.0',
  annotations: '19.0.0',
  'javax.annotation-api': '1.3.2',
};

/** Packs the compiled library for every language into a folder outside of this project. */
export default function pack(): void {
  process.env.MEDIA_CONSUMERS_DIR = mkdtempSync(join(tmpdir(), 'media-consumers-'));
  const say = (text: string) => process.stderr.write(`${text} …\n`);
  say('[1/3] Packing the library and generating the code of each language');
  mkdirSync(packages('npm'), { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', packages('npm')], { cwd: REPOSITORY });

  // As in the tasks package:*.
  run('npx', ['projen', 'rosetta'], { cwd: REPOSITORY });
  const translated = ['--rosetta-tablet=.jsii.tabl.json', '--rosetta-unknown-snippets=translate'];
  const pacmak = join(REPOSITORY, 'node_modules/.bin/jsii-pacmak');
  run(pacmak, ['--code-only', '--no-npmignore', ...translated, '--outdir', join(packages('npm'), '..')], {
    cwd: REPOSITORY,
  });
  say('[2/3] Building the Python wheel');
  wheel();
  say('[3/3] Building the Java archive');
  jar();
}

function wheel(): void {
  const code = packages('python');
  run('python3', ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', packages('wheel'), code], { cwd: code });
}

function jar(): void {
  const code = packages('java');
  const pinned = readFileSync(join(code, 'pom.xml'), 'utf8').replace(
    /(<artifactId>([\w.-]+)<\/artifactId>\s*<version>)\[.*?\)(<\/version>)/g,
    (range, before, artifact, after) => (artifact in JAVA_VERSIONS ? before + JAVA_VERSIONS[artifact] + after : range),
  );
  writeFileSync(join(code, 'pom-pinned.xml'), pinned);
  const maven = (...args: string[]) =>
    run('mvn', ['-B', '-ntp', '-q', `-Dmaven.repo.local=${MAVEN_REPOSITORY}`, ...args], { cwd: code });
  maven('-f', 'pom-pinned.xml', '-Dmaven.javadoc.skip=true', '-Dmaven.source.skip=true', 'package');
  // The installed jar has the original POM with ranges.
  maven('install:install-file', '-Dfile=target/cdk-media-replication-0.0.0.jar', '-DpomFile=pom.xml');
}
