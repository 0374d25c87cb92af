/** The values of condition keys in a request, by the key in lower case. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A condition block of a policy statement. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Keys that a request of this world can have. Any other key in a policy is an error, because it would be ignored. */
const KNOWN_KEYS = [
  'aws:principalarn',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'iam:passedtoservice',
  'kms:encryptioncontext:aws:s3:arn',
  'kms:resourcealiases',
  'kms:viaservice',
  's3:destinationregion',
  's3:isreplicationpauserequest',
  's3:prefix',
];

type Comparison = (value: string, expected: string) => boolean;

const OPERATORS: Readonly<Record<string, Comparison>> = {
  StringEquals: (value, expected) => value === expected,
  StringLike: matchesPattern,
  // "ArnEquals and ArnLike behave identically": reference_policies_elements_condition_operators.html
  ArnEquals: matchesPattern,
  ArnLike: matchesPattern,
  Bool: (value, expected) => value.toLowerCase() === expected.toLowerCase(),
};

/**
 * Whether a request meets all conditions of a statement.
 *
 * @throws for an operator or a key that is not known here
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionsAreMet(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => isMet(operator, key.toLowerCase(), asList(expected), context)),
  );
}

function isMet(operator: string, key: string, expected: readonly string[], context: Context): boolean {
  if (!KNOWN_KEYS.includes(key)) throw new Error(`The condition key ${key} is not simulated.`);
  const values = context[key] === undefined ? [] : asList(context[key]);
  if (operator === 'Null') return (values.length === 0) === (expected[0] === 'true');
  const [, forAny, name, ifExists] = /^(ForAnyValue:)?(.*?)(IfExists)?$/.exec(operator)!;
  if (ifExists && values.length === 0) return true;
  const negated = /^(String|Arn)Not(Equals|Like)$/.test(name);
  const comparison = OPERATORS[negated ? name.replace('Not', '') : name];
  if (!comparison) throw new Error(`The condition operator ${operator} is not simulated.`);
  if (values.length > 1 && !forAny) throw new Error(`${key} has several values, but ${operator} is not for sets.`);
  const matches = values.some((value) => expected.some((each) => comparison(value, each)));
  return negated ? !matches : matches;
}

/** Whether a text matches a pattern with `*` and `?`. */
export function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

export function asList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
