import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A type of the generated C# code: its members, each with its type or return type. */
interface CSharpType {
  readonly declaration: string;
  readonly members: Map<string, string>;
}

const NAMESPACE = 'CdkMediaReplication';

/** Reads what jsii generated: one type for each file. Enough of C# for that, and no more. */
export function generatedTypes(dir: string): Map<string, CSharpType> {
  const types = new Map<string, CSharpType>();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.cs'))) {
    const code = readFileSync(join(dir, file), 'utf8');
    const [, declaration, name] = /^ {4}public ((?:abstract )?(?:class|interface|enum) (\w+).*)$/m.exec(code) ?? [];
    if (!name || !code.includes(`namespace ${NAMESPACE}\n`)) continue;
    const members = new Map<string, string>();
    for (const [, type, member] of code.matchAll(
      /^ {8}(?:public )?(?:static |virtual |override )*([\w.[\]<>?, ]+?)\?? (\w+)(?=\(|\s*$)/gm,
    )) {
      members.set(member, type.split('.').pop()!);
    }
    if (declaration.includes('enum')) {
      for (const [, member] of code.matchAll(/^ {8}(\w+),?$/gm)) members.set(member, name);
    }
    types.set(name, { declaration, members });
  }
  return types;
}

/** What a program names that the generated code does not have: types, properties in initialisers, members. */
export function unknownNames(program: string, types: Map<string, CSharpType>): string[] {
  const code = program
    .replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/\{\w/.test(text) ? text : '""'))
    .replace(/\/\/.*$/gm, '');
  const unknown = new Set<string>();
  const expectMember = (type: string, member: string): string | undefined => {
    if (!types.has(type)) return undefined;
    const found = types.get(type)!.members.get(member);
    if (!found) unknown.add(`${type}.${member}`);
    return found;
  };
  initialisers(code).forEach(([type, member]) => expectMember(type, member));
  for (const [, type, member] of code.matchAll(/(?<![\w.])([A-Z]\w+)\.(\w+)/g)) expectMember(type, member);

  const variables = new Map<string, string>();
  for (const [, name, made] of code.matchAll(/var (\w+) = new (\w+)\(/g)) variables.set(name, made);
  for (const [, name, object, method] of code.matchAll(/var (\w+) = (\w+)\.(\w+)\(/g)) {
    const given = expectMember(variables.get(object) ?? object, method);
    if (given) variables.set(name, given);
  }
  for (const [, object, member, , next] of code.matchAll(/\b([a-z]\w*)\.(\w+)(\([^()]*\))?(?:\.(\w+))?/g)) {
    const given = expectMember(variables.get(object) ?? '', member);
    if (given && next) expectMember(given, next);
  }
  return [...unknown];
}

/** The types that a program makes. */
export function madeTypes(program: string): string[] {
  return [...program.matchAll(/new (\w+)/g)].map(([, type]) => type);
}

/** Each `Name =` between the braces that follow `new Type`, with that type. */
function initialisers(code: string): [type: string, member: string][] {
  const found: [string, string][] = [];
  const open: string[] = [];
  let next = '';
  const tokens = code.matchAll(/"(?:[^"\\]|\\.)*"|new ([\w.]+)|new\[\]|[{}();]|(\w+) = /g);
  for (const [token, made, assigned] of tokens) {
    if (made) {
      next = made;
    } else if (token === 'new[]' || token === ';') {
      next = '';
    } else if (token === '{' || token === '(') {
      open.push(token === '{' ? next : '');
      // The braces of `new Type(…) { … }` belong to the type as well, but constructs and structs are not written like this.
      next = '';
    } else if (token === '}' || token === ')') {
      open.pop();
    } else if (assigned && open.at(-1)) {
      found.push([open.at(-1)!, assigned]);
    }
  }
  return found;
}
