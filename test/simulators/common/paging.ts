interface Listed {
  /** The place in the order of creation, by which pages of a list go on. */
  readonly ordinal: number;
}

/** The first of the records that are left, and the token for those behind them. */
export function pageOf<T extends Listed>(rest: readonly T[], size: number): { page: T[]; nextToken?: string } {
  const page = rest.slice(0, size);
  if (rest.length <= page.length) return { page };
  return { page, nextToken: Buffer.from(`ordinal:${page[page.length - 1].ordinal}`).toString('base64url') };
}

/** The ordinal of the last record of the page before, if the token is one of `pageOf`. */
export function lastOrdinal(nextToken: string): number | undefined {
  const match = /^ordinal:(\d+)$/.exec(Buffer.from(nextToken, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
