import { decodeMembers, decodeParameter } from './decoding';
import { FrontDoorError, malformedXml } from './errors';
import { Operation, OPERATION_NAMES, OperationName, OPERATIONS } from './operations';
import { Shape, SHAPES } from './shapes';
import { parseXml } from './xml';

interface Route {
  readonly name: OperationName;
  readonly method: string;
  readonly segments: readonly string[];
}

const ROUTES = OPERATION_NAMES.map((name): Route => {
  const [method, path] = OPERATIONS[name].http.split(' ');
  return { name, method, segments: path.split('/') };
});

/** The operation that an HTTP request is for, and its input, which has the right types but may be invalid. */
export function route(
  method: string,
  url: string,
  account: string,
  body: string,
): { name: OperationName; input: Record<string, unknown> } {
  const [path, query] = url.split('?');
  const segments = path.split('/');
  const found = ROUTES.find(
    (candidate) =>
      candidate.method === method &&
      candidate.segments.length === segments.length &&
      candidate.segments.every((segment, index) => isLabel(segment) || segment === segments[index]),
  );
  if (!found) {
    throw new FrontDoorError('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  const operation: Operation = OPERATIONS[found.name];
  const shape = SHAPES[operation.input] as Extract<Shape, { members: unknown }>;
  const decode = (member: string, texts: string[]) => decodeParameter(shape.members[member].replace('!', ''), texts);

  const input: Record<string, unknown> = { AccountId: account };
  found.segments.forEach((segment, index) => {
    if (isLabel(segment)) input[segment.slice(1, -1)] = decodeURIComponent(segments[index]);
  });
  const parameters = new URLSearchParams(query);
  for (const [parameter, member] of Object.entries(operation.query ?? {})) {
    if (parameters.has(parameter)) input[member] = decode(member, parameters.getAll(parameter));
  }
  if (method === 'GET' || operation.query || body === '') return { name: found.name, input };

  const root = parseXml(body);
  if (root.name !== operation.input) throw malformedXml(`<${root.name}> instead of <${operation.input}>`);
  return { name: found.name, input: { ...decodeMembers(shape, root), ...input } };
}

const isLabel = (segment: string) => segment.startsWith('{');
