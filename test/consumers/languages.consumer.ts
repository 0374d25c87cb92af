import { assemblyText, stackCount, violations } from './support/assembly';
import { Consumer, go, java, Program, PROGRAMS, python, typescript } from './support/languages';
import { CDK, FLOOR } from './support/packages';

/** Each consumer is installed once; where that fails, only its own tests do. */
function once(install: () => Consumer): (program: Program) => string {
  let consumer: Consumer | undefined;
  const outdirs = new Map<Program, string>();
  return (program) => {
    const outdir = outdirs.get(program) ?? (consumer ??= install()).synth(program);
    outdirs.set(program, outdir);
    return outdir;
  };
}

describe.each<[string, () => Consumer, Record<string, () => Consumer>]>([
  [CDK, typescript, { Python: python, Java: java, Go: go }],
  [FLOOR.cdk, () => typescript(true), { Python: () => python(true) }],
])('on aws-cdk-lib %s', (cdk, reference, languages) => {
  const inTypeScript = once(reference);

  test.each(PROGRAMS)('TypeScript synthesises the %s', (program) => {
    const outdir = inTypeScript(program);
    expect(stackCount(outdir)).toBe({ studio: 3, smallest: 2 }[program]);
    if (cdk === CDK) expect(violations(outdir)).toEqual([]);
  });

  describe.each(Object.entries(languages))('%s', (_language, install) => {
    const inThis = once(install);

    test.each(PROGRAMS)('synthesises the %s to what TypeScript does, byte for byte', (program) => {
      expect(assemblyText(inThis(program))).toBe(assemblyText(inTypeScript(program)));
    });
  });
});
