import { FrontDoorError } from './errors';
import { Operation, OperationName, OPERATIONS } from './operations';

interface Route {
  readonly name: OperationName;
  readonly method: string;
  readonly segments: readonly string[];
  readonly action: string | null;
}

const ROUTES = (Object.entries(OPERATIONS) as [OperationName, Operation][]).map(([name, { http }]): Route => {
  const [method, target] = http.split(' ');
  const [path, query] = target.split('?');
  return { name, method, segments: path.split('/'), action: new URLSearchParams(query).get('operation') };
});

/** The operation that a request is for, and its members in the path and the query. */
export function route(method: string, url: string): { name: OperationName; members: Record<string, unknown> } {
  const [path, query] = url.split('?');
  const segments = path.split('/');
  const parameters = new URLSearchParams(query);
  const action = parameters.get('operation');
  const found = ROUTES.find(
    (candidate) =>
      candidate.method === method &&
      candidate.action === action &&
      candidate.segments.length === segments.length &&
      candidate.segments.every((segment, index) => isLabel(segment) || segment === segments[index]),
  );
  if (!found) throw new FrontDoorError('UnknownOperationException', `There is no operation ${method} ${path}`);
  const members: Record<string, unknown> = {};
  found.segments.forEach((segment, index) => {
    if (isLabel(segment)) members[segment.slice(1, -1)] = decode(segments[index]);
  });
  const { query: queryMembers = {} }: Operation = OPERATIONS[found.name];
  for (const [parameter, member] of Object.entries(queryMembers)) {
    const value = parameters.get(parameter);
    if (value !== null) members[member] = member === 'MaxResults' ? Number(value) : value;
  }
  return { name: found.name, members };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new FrontDoorError('SerializationException', `The path has a malformed member: ${segment}`);
  }
}

const isLabel = (segment: string) => segment.startsWith('{');
