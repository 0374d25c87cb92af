import { decodeMembers, decodeParameter } from './decoding';
import { FrontDoorError, malformedXml } from './errors';
import { Operation, OperationName, OPERATIONS } from './operations';
import { Shape, SHAPES } from './shapes';
import { parseXml } from './xml';
import { Routes } from '../common/routes';

const ROUTES = new Routes(OPERATIONS, {
  unknown: () => new FrontDoorError('MethodNotAllowed', 'The specified method is not allowed against this resource.'),
  malformed: () => new FrontDoorError('InvalidURI', "Couldn't parse the specified URI."),
});

/** The operation that an HTTP request is for, and its input, which has the right types but may be invalid. */
export function route(
  method: string,
  url: string,
  account: string,
  body: string,
): { name: OperationName; input: Record<string, unknown> } {
  const { name, members, parameters } = ROUTES.find(method, url);
  const operation: Operation = OPERATIONS[name];
  const shape = SHAPES[operation.input] as Extract<Shape, { members: unknown }>;
  const decode = (member: string, texts: string[]) => decodeParameter(shape.members[member].replace('!', ''), texts);

  const input: Record<string, unknown> = { AccountId: account, ...members };
  for (const [parameter, member] of Object.entries(operation.query ?? {})) {
    if (parameters.has(parameter)) input[member] = decode(member, parameters.getAll(parameter));
  }
  if (method === 'GET' || operation.query || body === '') return { name, input };

  const root = parseXml(body);
  if (root.name !== operation.input) throw malformedXml(`<${root.name}> instead of <${operation.input}>`);
  return { name, input: { ...decodeMembers(shape, root), ...input } };
}
