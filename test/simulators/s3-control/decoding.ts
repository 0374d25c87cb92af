import { malformedXml } from './errors';
import { Shape, SHAPES } from './shapes';
import { elementName, listElementName, XmlElement } from './xml';

/** The value of an element, with the SDK's names. Elements that the shape does not have are refused, as S3 does. */
function decodeElement(shapeName: string, element: XmlElement): unknown {
  const shape = SHAPES[shapeName];
  switch (shape.type) {
    case 'structure':
    case 'union':
      return decodeMembers(shape, element);
    case 'list':
      return element.children.map((child) => {
        if (child.name !== listElementName(element.name)) throw malformedXml(`<${child.name}> in <${element.name}>`);
        return decodeElement(shape.member, child);
      });
    default:
      if (element.children.length > 0) throw malformedXml(`<${element.name}> is text`);
      return decodeText(shape, element.text, element.name);
  }
}

/** The members of a structure that an element has. */
export function decodeMembers(
  { members }: Extract<Shape, { members: unknown }>,
  element: XmlElement,
): Record<string, unknown> {
  if (element.text.trim() !== '') throw malformedXml(`text in <${element.name}>`);
  const value: Record<string, unknown> = {};
  for (const child of element.children) {
    const member = Object.keys(members).find((name) => elementName(name) === child.name);
    if (!member || member in value) throw malformedXml(`<${child.name}> in <${element.name}>`);
    value[member] = decodeElement(members[member].replace('!', ''), child);
  }
  return value;
}

/** The value of a header, a part of the path or of the query. */
export function decodeParameter(shapeName: string, texts: readonly string[]): unknown {
  const shape = SHAPES[shapeName];
  if (shape.type === 'list') return texts.map((text) => decodeText(SHAPES[shape.member], text, shapeName));
  return decodeText(shape, texts[0], shapeName);
}

function decodeText(shape: Shape, text: string, where: string): unknown {
  const refuse = () => malformedXml(`${where} is ${text}`);
  switch (shape.type) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw refuse();
      return text === 'true';
    case 'integer':
      if (!/^-?\d+$/.test(text)) throw refuse();
      return Number(text);
    case 'timestamp':
      if (Number.isNaN(Date.parse(text))) throw refuse();
      return new Date(text);
    default:
      return text;
  }
}
