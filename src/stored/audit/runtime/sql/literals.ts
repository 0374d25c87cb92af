/** A string literal. Trino has no escapes but the doubled quote, so that any other character stands for itself. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The name of a table or a column. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A point in time, in UTC as S3 Inventory has it. */
export function timestamp(time: string | Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new Error(`Invalid time ${JSON.stringify(time)}. Expected ISO 8601.`);
  return `TIMESTAMP '${date.toISOString().replace('T', ' ').replace('Z', '')}'`;
}

/** A whole number that is not negative. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`Invalid number ${value}. Expected a whole number.`);
  return String(value);
}

/** 60 bits of the MD5 hash of a text, for values that are compared with those of other queries. */
export function digestOf(expression: string): string {
  return `from_base(substr(to_hex(md5(to_utf8(${expression}))), 1, 15), 16)`;
}

/** A 64-bit hash of a text, with a sign. Fast, and only meaningful within a query. */
export function hashOf(expression: string): string {
  return `from_big_endian_64(xxhash64(to_utf8(${expression})))`;
}

/** Whether a text starts with a prefix. A prefix has no wildcards. */
export function startsWith(expression: string, prefix: string): string {
  return `starts_with(${expression}, ${text(prefix)})`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'TRUE' : conditions.join(' AND ');
}

export function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'FALSE' : `(${conditions.map((condition) => `(${condition})`).join(' OR ')})`;
}
