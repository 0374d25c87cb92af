import { Schema } from './definitions';

const MARK = /(<!-- reference: made by `npm run schema` -->\n)[^]*(<!-- end of the reference -->)/;

/** Puts the reference of a schema between its marks in a document. */
export function withReference(document: string, schema: Schema): string {
  if (!MARK.test(document)) throw new Error('docs/cli.md has no place for the reference.');
  return document.replace(MARK, (_, begin: string, end: string) => `${begin}\n${reference(schema)}\n${end}`);
}

function reference(schema: Schema): string {
  const structs = Object.entries<Schema>(schema.definitions).filter(([, { properties }]) => properties);
  const others = Object.entries<Schema>(schema.definitions).filter(([, { properties }]) => !properties);
  return [
    '### The file\n',
    tableOf(schema, schema.definitions),
    ...structs.map(([name, struct]) => `### ${name}\n\n${firstLine(struct)}\n\n${tableOf(struct, schema.definitions)}`),
    '### Values\n',
    ['| | |', '|---|---|', ...others.map(([name, value]) => `| \`${name}\` | ${describeValue(value)} |`)].join('\n'),
    '',
  ].join('\n');
}

function tableOf({ properties, required = [] }: Schema, definitions: Schema): string {
  const rows = Object.entries<Schema>(properties).map(([name, property]) => {
    const must = required.includes(name) ? ' **required**' : '';
    return `| \`${name}\`${must} | ${typeOf(property, definitions)} | ${cell(property.description)} |`;
  });
  return ['| | | |', '|---|---|---|', ...rows, ''].join('\n');
}

function typeOf(schema: Schema, definitions: Schema): string {
  if (schema.$ref) return linked(schema.$ref.split('/').pop(), definitions);
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === 'array') return `list of ${typeOf(schema.items, definitions)}`;
  if (schema.type === 'object' && schema.propertyNames) {
    return `by region: ${typeOf(schema.additionalProperties, definitions)}`;
  }
  if (schema.type === 'object' && schema.additionalProperties) {
    return `by name: ${typeOf(schema.additionalProperties, definitions)}`;
  }
  if (schema.type === 'object') {
    return (
      Object.keys(schema.properties ?? {})
        .map((name) => `\`${name}\``)
        .join(', ') || '`{}`'
    );
  }
  if (schema.type === 'integer') return 'whole number';
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  return { boolean: '`true` or `false`', string: 'text' }[schema.type as string] ?? schema.type;
}

/** Structs have a section each, all else is in one. */
function linked(name: string, definitions: Schema): string {
  return `[${name}](#${definitions[name].properties ? name.toLowerCase() : 'values'})`;
}

function describeValue({ enum: members, examples = [], description, title }: Schema): string {
  if (members) return members.map((member: string) => `\`${member}\``).join(', ');
  return `${cell(description ?? title)} ${examples
    .slice(0, 3)
    .map((example: string) => `\`${example}\``)
    .join(', ')}`;
}

function firstLine({ description = '' }: Schema): string {
  return cell(description.split('\n')[0]);
}

function cell(text: string): string {
  return text.replace(/\n/g, ' ').replace(/\|/g, '\\|');
}
