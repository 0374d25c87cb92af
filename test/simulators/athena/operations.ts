import { AthenaError, invalidRequest } from './errors';
import { Query, WorkGroup } from './records';
import { Operation, ServiceModel } from '../common/model';
import { SeededRandom } from '../common/random';
import { Principal } from '../iam';

export const OPERATIONS = {
  GetQueryExecution: { http: 'POST /', errors: ['InternalServerException', 'InvalidRequestException'] },
  StartQueryExecution: {
    http: 'POST /',
    errors: ['InternalServerException', 'InvalidRequestException', 'TooManyRequestsException'],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** Every API of Athena is throttled: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
export const MODEL = new ServiceModel<OperationName>(OPERATIONS, ['TooManyRequestsException']);

/** https://docs.aws.amazon.com/athena/latest/ug/service-limits.html#service-limits-query-string-length */
const MAX_QUERY_BYTES = 262_144;

/** Who calls which region. */
export interface Caller {
  readonly region: string;
  readonly principal?: Principal;
}

export interface AthenaWorld {
  readonly ids: SeededRandom;
  /** By region and name. */
  readonly workGroups: Map<string, WorkGroup>;
  readonly queries: Map<string, Query>;
  readonly isAllowed: (principal: Principal | undefined, action: string, resource: string) => boolean;
}

export const HANDLERS: Record<OperationName, (world: AthenaWorld, input: any, caller: Caller) => object> = {
  StartQueryExecution: (world, input, { region, principal }) => {
    const { QueryString, WorkGroup: name, QueryExecutionContext: { Database } = { Database: '' } } = input;
    const { ClientRequestToken: token = '' } = input;
    const workGroup = world.workGroups.get(`${region}/${name}`);
    if (!workGroup) throw invalidRequest(`WorkGroup ${name} is not found.`);
    expectAllowed(world, principal, 'athena:StartQueryExecution', workGroup);
    if (token.length < 32 || token.length > 128) {
      throw invalidRequest('ClientRequestToken must have 32 to 128 characters');
    }
    if (Buffer.byteLength(QueryString) > MAX_QUERY_BYTES) throw invalidRequest('QueryString is too long');
    const known = [...world.queries.values()].find(
      (query) => query.token === token && query.workGroup.region === region,
    );
    if (known) {
      if (known.sql !== QueryString) throw invalidRequest('Idempotent parameters do not match');
      return { QueryExecutionId: known.id };
    }
    const id = world.ids.uuid();
    const query = { id, sql: QueryString, database: Database, workGroup, principal, token };
    world.queries.set(id, { ...query, state: 'QUEUED', bytesScanned: 0 });
    return { QueryExecutionId: id };
  },
  GetQueryExecution: (world, { QueryExecutionId }, { region, principal }) => {
    const query = world.queries.get(QueryExecutionId);
    if (query?.workGroup.region !== region) throw invalidRequest(`QueryExecution ${QueryExecutionId} was not found`);
    expectAllowed(world, principal, 'athena:GetQueryExecution', query.workGroup);
    const { id, sql, workGroup, state, reason, error, bytesScanned } = query;
    return {
      QueryExecution: {
        QueryExecutionId: id,
        Query: sql,
        WorkGroup: workGroup.name,
        ResultConfiguration: { OutputLocation: locationOf(query) },
        Statistics: { DataScannedInBytes: bytesScanned },
        Status: {
          State: state,
          StateChangeReason: reason,
          AthenaError: error && { ErrorCategory: error.category, Retryable: error.retryable ?? false },
        },
      },
    };
  },
};

export const locationOf = ({ id, workGroup }: Query): string => `${workGroup.outputLocation}${id}.csv`;

function expectAllowed(world: AthenaWorld, principal: Principal | undefined, action: string, { arn }: WorkGroup): void {
  if (world.isAllowed(principal, action, arn)) return;
  throw new AthenaError(
    'InvalidRequestException',
    `You are not authorized to perform: ${action} on the resource: ${arn}`,
  );
}
