/** A path in a config: keys, and positions in lists. */
export type Path = readonly (string | number)[];

/** The notation of messages: `media.replicas[1].region`. */
export function showPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** The inverse of `showPath`, unless keys contain dots. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
}

/** The notation of ajv: `/media/replicas/1/region`. */
export function parsePointer(pointer: string, value: unknown): Path {
  const path: (string | number)[] = [];
  let at = value;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replace(/~1/g, '/').replace(/~0/g, '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    at = (at as any)?.[key];
  }
  return path;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as any)?.[key], value);
}
