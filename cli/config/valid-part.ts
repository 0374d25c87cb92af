import { parsePointer, Path, valueAt } from './path';
import { schemaErrors } from './schema';

export interface ValidPart<T> {
  readonly config: T;
  /** The properties that are missing in it. */
  readonly removed: readonly Path[];
}

/**
 * The part of a config that conforms to the schema, without the properties at the given paths. Nothing if a property that
 * the config requires would be missing.
 */
export function validPart<T>(config: T, invalid: readonly Path[]): ValidPart<T> | undefined {
  const part = structuredClone(config);
  const removed: Path[] = [];
  for (let paths = invalid; paths.length > 0;) {
    for (const path of paths) {
      // A list is removed as a whole: the remaining elements would have other positions.
      const keys = path.slice(0, path.map((key) => typeof key).lastIndexOf('string') + 1);
      if (keys.length === 0) return undefined;
      delete (valueAt(part, keys.slice(0, -1)) as any)?.[keys[keys.length - 1]];
      removed.push(keys);
    }
    paths = schemaErrors(part).map(({ instancePath }) => parsePointer(instancePath, part));
  }
  return { config: part, removed };
}
