import {
  Assembly,
  EnumMember,
  EnumType,
  InterfaceType,
  loadAssemblyFromPath,
  Property,
  Type,
  TypeReference,
} from '@jsii/spec';
import { DEFINITIONS, Schema } from './definitions';
import { CONFIG_DESCRIPTIONS, LEFT_OUT, REQUIRED } from './left-out';
import { plainText } from './text';
import { BY_NAME, BY_REGION, BY_VALUE, NO_MEMBERS, TYPES } from './types';

/** Generates JSON Schema from the structs in a jsii assembly and their documentation. */
export class SchemaWriter {
  readonly definitions: Record<string, Schema> = {};
  private readonly types: Record<string, Type>;
  private readonly leftOut = new Set<string>();

  constructor(packages: string[]) {
    const assemblies = packages.map((path): Assembly => loadAssemblyFromPath(path, false));
    this.types = Object.assign({}, ...assemblies.map(({ types }) => types));
  }

  /** The schema of a struct, with inherited properties first. */
  struct(fqn: string): Schema {
    const type = this.types[fqn] as InterfaceType;
    const properties = this.propertiesOf(type).filter(({ name }) => !this.isLeftOut(type.name, name));
    return {
      type: 'object',
      ...(type.docs?.summary && { description: plainText(type.docs) }),
      additionalProperties: false,
      required: properties
        .filter(({ name, optional }) => !optional || REQUIRED.includes(`${type.name}.${name}`))
        .map(({ name }) => name),
      properties: Object.fromEntries(properties.map((each) => [each.name, this.property(type.name, each)])),
    };
  }

  /** Fails if an entry of `LEFT_OUT` matches no property. */
  checkLeftOut(): void {
    const unused = Object.keys(LEFT_OUT).filter((name) => !this.leftOut.has(name));
    if (unused.length > 0) throw new Error(`LEFT_OUT names unknown properties: ${unused.join(', ')}`);
  }

  private isLeftOut(struct: string, property: string): boolean {
    const name = `${struct}.${property}`;
    if (LEFT_OUT[name] !== undefined) this.leftOut.add(name);
    return LEFT_OUT[name] !== undefined;
  }

  private propertiesOf(type: InterfaceType): Property[] {
    const inherited = (type.interfaces ?? []).flatMap((fqn) => this.propertiesOf(this.types[fqn] as InterfaceType));
    const own = new Set((type.properties ?? []).map(({ name }) => name));
    return [...inherited.filter(({ name }) => !own.has(name)), ...(type.properties ?? [])];
  }

  private property(struct: string, { name, type, docs }: Property): Schema {
    const description = CONFIG_DESCRIPTIONS[`${struct}.${name}`] ?? plainText(docs ?? {});
    return { ...this.reference(name, type!), description };
  }

  private reference(name: string, type: TypeReference): Schema {
    if ('collection' in type) {
      const elements = this.reference(name, type.collection.elementtype);
      if (type.collection.kind === 'array') return { type: 'array', items: elements };
      const names = BY_REGION.includes(name)
        ? { propertyNames: { $ref: this.define('Region', DEFINITIONS.Region) } }
        : {};
      return { type: 'object', additionalProperties: elements, ...names };
    }
    if ('primitive' in type) return this.primitive(name, type.primitive);
    if (!('fqn' in type)) {
      throw new Error(`${name}: unions are not supported in a config file. Add the property to LEFT_OUT.`);
    }
    return { $ref: this.defineType(name, type.fqn) };
  }

  private primitive(name: string, primitive: string): Schema {
    const known = BY_NAME[name];
    if (known?.$ref) this.defineNamed(known.$ref.split('/').pop());
    if (known) return known;
    if (primitive === 'boolean') return { type: 'boolean' };
    if (primitive === 'number') return { type: 'integer', minimum: 0 };
    if (primitive === 'any') return { type: ['string', 'number', 'boolean'] };
    return { type: 'string', minLength: 1 };
  }

  private defineType(property: string, fqn: string): string {
    if (TYPES[fqn]) return this.defineNamed(TYPES[fqn]);
    const type = this.types[fqn];
    if (type?.kind === 'enum') {
      const members = (type as EnumType).members.filter((member) => !NO_MEMBERS[type.name]?.includes(member.name));
      const wordOf = ({ name }: EnumMember) => (BY_VALUE.includes(type.name) ? name.toLowerCase() : name);
      return this.define(type.name, {
        description: members.map((member) => `${wordOf(member)}: ${plainText(member.docs ?? {})}`).join('\n'),
        enum: members.map(wordOf),
      });
    }
    if ((type as InterfaceType)?.datatype) return this.define(type.name, () => this.struct(fqn));
    throw new Error(`${property}: ${fqn} is neither a struct nor an enum. Add it to types.ts or left-out.ts.`);
  }

  private defineNamed(name: string): string {
    const definition = DEFINITIONS[name];
    // Definitions that it refers to.
    for (const [, other] of JSON.stringify(definition).matchAll(/#\/definitions\/(\w+)/g)) this.defineNamed(other);
    return this.define(name, definition);
  }

  private define(name: string, definition: Schema | (() => Schema)): string {
    this.definitions[name] ??= typeof definition === 'function' ? definition() : definition;
    return `#/definitions/${name}`;
  }
}
