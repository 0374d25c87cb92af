import { ApiError } from './errors';
import { Operation } from './model';

interface Route<Name extends string> {
  readonly name: Name;
  readonly method: string;
  readonly segments: readonly string[];
  readonly action: string | null;
}

/** How an API refuses what leads to no operation. */
interface Refusals {
  unknown(method: string, path: string): ApiError;
  /** A part of the path is not encoded as it should be. */
  malformed(segment: string): ApiError;
}

/** Which requests are for which operation. */
export class Routes<Name extends string> {
  private readonly routes: readonly Route<Name>[];

  constructor(
    operations: Readonly<Record<Name, Operation>>,
    private readonly refusals: Refusals,
  ) {
    this.routes = (Object.keys(operations) as Name[]).map((name) => {
      const [method, target] = operations[name].http.split(' ');
      const [path, query] = target.split('?');
      return { name, method, segments: path.split('/'), action: new URLSearchParams(query).get('operation') };
    });
  }

  /** The operation that a request is for, the members of its input that are in the path, and its query. */
  find(method: string, url: string): { name: Name; members: Record<string, unknown>; parameters: URLSearchParams } {
    const [path, query] = url.split('?');
    const segments = path.split('/');
    const parameters = new URLSearchParams(query);
    const action = parameters.get('operation');
    const found = this.routes.find(
      (candidate) =>
        candidate.method === method &&
        candidate.action === action &&
        candidate.segments.length === segments.length &&
        candidate.segments.every((segment, index) => isLabel(segment) || segment === segments[index]),
    );
    if (!found) throw this.refusals.unknown(method, path);
    const members: Record<string, unknown> = {};
    found.segments.forEach((segment, index) => {
      if (isLabel(segment)) members[segment.slice(1, -1)] = this.decode(segments[index]);
    });
    return { name: found.name, members, parameters };
  }

  private decode(segment: string): string {
    try {
      return decodeURIComponent(segment);
    } catch {
      throw this.refusals.malformed(segment);
    }
  }
}

const isLabel = (segment: string) => segment.startsWith('{');
