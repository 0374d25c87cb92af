import { assemblyText, classes, enums, stackCount, violations } from './support/assembly';
import { Consumer, go, java, Program, PROGRAMS, python, typescript } from './support/languages';
import { CDK, FLOOR } from './support/packages';

/** Installs a consumer once, and synthesizes each program once. If that fails, only its own tests fail. */
function once(install: () => Consumer): Consumer {
  let consumer: Consumer | undefined;
  const outdirs = new Map<Program, string>();
  const installed = () => (consumer ??= install());
  return {
    synth(program) {
      const outdir = outdirs.get(program) ?? installed().synth(program);
      outdirs.set(program, outdir);
      return outdir;
    },
    evaluate: (code) => installed().evaluate(code),
  };
}

const QUOTED = JSON.stringify;
const constructs = classes.filter(({ isConstruct }) => isConstruct).map(({ name }) => name);
const names = [...classes, ...enums].map(({ name }) => name);

/** Prints the names that are undefined in the loaded library. */
const UNDEFINED_IN_TYPESCRIPT = `
const library = require('cdk-media-replication');
console.log(JSON.stringify(${QUOTED(names)}.filter((name) => library[name] === undefined)));`;

/**
 * Python has a declaration of every type, so that each is used in a way that makes jsii look it up in the JavaScript
 * library: enum members are passed to a method, and an inherited static method of constructs is called.
 */
const UNDEFINED_IN_PYTHON = `
import json
import aws_cdk, cdk_media_replication as library
stack = aws_cdk.Stack(aws_cdk.App(), "Stack")
uses = {name: lambda type: type for name in ${QUOTED(names)}}
uses.update({name: lambda type: type.is_construct(stack) for name in ${QUOTED(constructs)}})
uses.update({name: lambda type: stack.resolve(list(type)[0]) for name in ${QUOTED(enums.map(({ name }) => name))}})
undefined = []
for name, use in uses.items():
    try:
        use(getattr(library, name))
    except Exception as error:
        undefined.append(f"{name}: {error}")
print(json.dumps(undefined))`;

describe.each<[string, () => Consumer, Record<string, () => Consumer>]>([
  [CDK, typescript, { Python: python, Java: java, Go: go }],
  [FLOOR.cdk, () => typescript(true), { Python: () => python(true) }],
])('on aws-cdk-lib %s', (cdk, reference, languages) => {
  const inTypeScript = once(reference);

  test.each(PROGRAMS)('TypeScript synthesizes the program %s', (program) => {
    const outdir = inTypeScript.synth(program);
    expect(stackCount(outdir)).toBe({ studio: 3, platform: 2, smallest: 2 }[program]);
    if (cdk === CDK) expect(violations(outdir)).toEqual([]);
  });

  test('every class and enum exists in TypeScript', () => {
    expect(names.length).toBeGreaterThan(15);
    expect(JSON.parse(inTypeScript.evaluate(UNDEFINED_IN_TYPESCRIPT))).toEqual([]);
  });

  describe.each(Object.entries(languages))('%s', (language, install) => {
    const inThis = once(install);

    if (language === 'Python') {
      test('has every class and enum', () => {
        expect(JSON.parse(inThis.evaluate(UNDEFINED_IN_PYTHON))).toEqual([]);
      });
    }

    test.each(PROGRAMS)('synthesizes the program %s to the same output as TypeScript', (program) => {
      expect(assemblyText(inThis.synth(program))).toBe(assemblyText(inTypeScript.synth(program)));
    });
  });
});
