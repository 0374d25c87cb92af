import { malformedXml } from './errors';

export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** A declaration or comment; a tag with its slash, name and closing slash; or text. There is no DOCTYPE in S3's requests. */
const TOKEN =
  /<\?[^]*?\?>|<!--[^]*?-->|<(?<end>\/?)(?<name>[A-Za-z_][\w.:-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>|(?<text>[^<]+)/y;

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The root element of a document. Attributes, which are only namespaces here, are left out. */
export function parseXml(document: string): XmlElement {
  const top: XmlElement = { name: '', children: [], text: '' };
  const open = [top];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < document.length; at = TOKEN.lastIndex) {
    const groups = TOKEN.exec(document)?.groups;
    if (!groups) throw malformedXml(`unexpected text at ${at}`);
    const parent = open[open.length - 1];
    if (groups.text !== undefined) {
      parent.text += unescape(groups.text);
    } else if (groups.name !== undefined && groups.end) {
      if (parent.name !== groups.name) throw malformedXml(`</${groups.name}> does not close <${parent.name}>`);
      open.pop();
    } else if (groups.name !== undefined) {
      const element: XmlElement = { name: groups.name, children: [], text: '' };
      parent.children.push(element);
      if (!groups.empty) open.push(element);
    }
  }
  if (open.length > 1 || top.children.length !== 1 || top.text.trim() !== '') {
    throw malformedXml('no single root element');
  }
  return top.children[0];
}

/** Members of S3 Control's shapes whose elements have another name: no member of the SDK can have a hyphen. */
const ELEMENT_NAMES: Record<string, string> = {
  SSES3: 'SSE-S3',
  SSEKMS: 'SSE-KMS',
  DSSEKMS: 'DSSE-KMS',
  SSEC: 'SSE-C',
  NOTSSE: 'NOT-SSE',
};

export const elementName = (member: string): string => ELEMENT_NAMES[member] ?? member;

/** The name of the elements of a list, which is `member` but in one case. */
export const listElementName = (list: string): string =>
  list === 'MatchAnyObjectEncryption' ? 'ObjectEncryption' : 'member';

/** A value as an element. What is undefined is left out; an empty list or structure is an empty element. */
export function toXml(name: string, value: unknown, attributes = ''): string {
  if (value === undefined || value === null) return '';
  return `<${elementName(name)}${attributes}>${content(name, value)}</${elementName(name)}>`;
}

function content(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => toXml(listElementName(name), item)).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    return Object.entries(value as object)
      .map(([member, part]) => toXml(member, part))
      .join('');
  }
  return escape(String(value));
}

const escape = (text: string) =>
  text.replace(/[&<>"\r\n\u0085\u2028]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

function unescape(text: string): string {
  return text.replace(/&([^;\s]*);?/g, (reference, name: string) => {
    const [, hex, decimal] = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name) ?? [];
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    if (reference.endsWith(';') && ENTITIES[name]) return ENTITIES[name];
    if (!reference.endsWith(';') || !(point <= 0x10ffff)) throw malformedXml(`${reference} is no reference`);
    return String.fromCodePoint(point);
  });
}
