import { FrontDoorError } from './errors';
import { OperationName, OPERATIONS } from './operations';
import { Operation } from '../common/model';
import { Routes } from '../common/routes';

const ROUTES = new Routes(OPERATIONS, {
  unknown: (method, path) => new FrontDoorError('UnknownOperationException', `Unknown operation ${method} ${path}`),
  malformed: (segment) => new FrontDoorError('SerializationException', `The path has a malformed member: ${segment}`),
});

/** Finds the operation of a request, and its members in the path and the query. */
export function route(method: string, url: string): { name: OperationName; members: Record<string, unknown> } {
  const { name, members, parameters } = ROUTES.find(method, url);
  const { query = {} }: Operation = OPERATIONS[name];
  for (const [parameter, member] of Object.entries(query)) {
    const value = parameters.get(parameter);
    if (value !== null) members[member] = member === 'MaxResults' ? Number(value) : value;
  }
  return { name, members };
}
