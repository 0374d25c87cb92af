import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface TypeReference {
  readonly fqn?: string;
  readonly primitive?: string;
  readonly collection?: { readonly kind: string; readonly elementtype: TypeReference };
  readonly union?: { readonly types: TypeReference[] };
}

interface Named {
  readonly name: string;
  readonly optional?: boolean;
  readonly static?: boolean;
  readonly protected?: boolean;
  readonly abstract?: boolean;
}

interface Value extends Named {
  readonly type: TypeReference;
  readonly immutable?: boolean;
  readonly variadic?: boolean;
}

interface Callable extends Named {
  readonly parameters?: Value[];
  readonly returns?: { readonly type: TypeReference; readonly optional?: boolean };
}

interface Type extends Named {
  readonly kind: 'class' | 'enum' | 'interface';
  readonly datatype?: boolean;
  readonly base?: string;
  readonly interfaces?: string[];
  readonly initializer?: Callable;
  readonly members?: Named[];
  readonly methods?: Callable[];
  readonly properties?: Value[];
}

const short = (fqn: string) => fqn.replace(/^cdk-media-replication\.|^aws-cdk-lib\.|^constructs\./, '');

function typeText({ fqn, primitive, collection, union }: TypeReference): string {
  if (collection) return `${collection.kind}<${typeText(collection.elementtype)}>`;
  if (union) return union.types.map(typeText).join(' | ');
  return fqn ? short(fqn) : primitive!;
}

const valueText = ({ name, optional, variadic, type }: Value) =>
  `${variadic ? '...' : ''}${name}${optional ? '?' : ''}: ${typeText(type)}`;

const callText = ({ parameters = [] }: Callable) => `(${parameters.map(valueText).join(', ')})`;

const resultText = ({ returns }: Callable) =>
  `${returns ? typeText(returns.type) : 'void'}${returns?.optional ? ' | undefined' : ''}`;

const modifiers = (member: Named, words: ('protected' | 'static' | 'abstract')[]) =>
  words.map((word) => (member[word] ? `${word} ` : '')).join('');

/** A line for the type, and one for each member that is not inherited. */
function typeLines(type: Type): string[] {
  const { name, kind, datatype, base, interfaces = [], initializer } = type;
  const parents = [...(base ? [base] : []), ...interfaces].map(short).sort();
  // Members of interfaces and structs are always abstract and public.
  const ofMember = (member: Named) => modifiers(member, kind === 'class' ? ['protected', 'static', 'abstract'] : []);
  const head = `${modifiers(type, ['abstract'])}${datatype ? 'struct' : kind} ${name}`;
  const members = [
    ...(type.members ?? []).map((member) => member.name),
    ...(type.properties ?? []).map((property) => {
      return `${ofMember(property)}${property.immutable ? '' : 'mutable '}${valueText(property)}`;
    }),
    ...(type.methods ?? []).map((method) => {
      return `${ofMember(method)}${method.name}${callText(method)}: ${resultText(method)}`;
    }),
  ];
  return [
    parents.length > 0 ? `${head}: ${parents.join(', ')}` : head,
    ...(initializer ? [`  ${ofMember(initializer)}new${callText(initializer)}`] : []),
    ...members.sort().map((member) => `  ${member}`),
  ];
}

describe('the public API', () => {
  const assembly = JSON.parse(gunzipSync(readFileSync(join(__dirname, '../.jsii.gz'))).toString());
  const types: Type[] = Object.values(assembly.types);

  /** After an intended change, run `npx jest --selectProjects floor -u -- test/api`. The review then shows the change. */
  test('matches the reviewed listing', () => {
    const listing = [...types].sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(typeLines);
    expect(listing.join('\n')).toMatchSnapshot();
  });

  test('has no unused type', () => {
    const constructs = types.filter(({ initializer, kind }) => kind === 'class' && initializer);
    const needed = JSON.stringify(
      types.map((type) => [type.base, type.interfaces, type.properties, type.initializer, type.methods]),
    );
    const unneeded = types.filter(
      (type) => !constructs.includes(type) && !needed.includes(`"cdk-media-replication.${type.name}"`),
    );
    expect(unneeded.map(({ name }) => name)).toEqual([]);
  });
});
