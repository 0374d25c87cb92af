import { ApiError } from './errors';

/** How an operation is called, and what it can fail with beside what every operation can. */
export interface Operation<ErrorName extends string = string> {
  /** Method and path, and the query parameter `operation` where the path alone does not tell. */
  readonly http: string;
  readonly errors: readonly ErrorName[];
  /** Members of the input that come as query parameters, by the parameter's name. */
  readonly query?: Readonly<Record<string, string>>;
}

/** What a service's model says of its operations. */
export class ServiceModel<Name extends string> {
  readonly names: readonly Name[];

  constructor(
    private readonly operations: Readonly<Record<Name, Operation>>,
    private readonly commonErrors: readonly string[] = [],
  ) {
    this.names = Object.keys(operations) as Name[];
  }

  /** Whether the service can answer an operation so. What stands in front of the operations can fail any of them. */
  canFailWith(name: Name, error: ApiError): boolean {
    if (!error.modelled || this.commonErrors.includes(error.name)) return true;
    return this.operations[name].errors.includes(error.name);
  }
}
