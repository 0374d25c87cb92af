/** The parameter with the bucket for functions. */
const PARAMETER = 'AssetsBucket';
/** What aws-cdk-lib adds to a template for the check of the bootstrap stack. */
const BOOTSTRAP = { Parameters: 'BootstrapVersion', Rules: 'CheckBootstrapVersion' } as const;

type Template = Record<string, any>;

/**
 * A template that needs no bootstrap stack: without the check of its version, and with the bucket of its functions as a
 * parameter.
 *
 * @param buckets the names of the bootstrap bucket in the template
 */
export function withoutBootstrap(template: Template, buckets: readonly string[]): Template {
  const plain = replaceBuckets(template, buckets) as Template;
  for (const [section, name] of Object.entries(BOOTSTRAP)) {
    if (!plain[section]) continue;
    delete plain[section][name];
    if (Object.keys(plain[section]).length === 0) delete plain[section];
  }
  const text = JSON.stringify(plain);
  const left = buckets.find((bucket) => text.includes(bucket));
  if (left !== undefined) throw new Error(`A template refers to ${left} in an unexpected way.`);
  if (buckets.length === 0) return plain;
  const Description = 'The bucket that contains the code of the functions';
  return { ...plain, Parameters: { ...plain.Parameters, [PARAMETER]: { Type: 'String', Description } } };
}

function replaceBuckets(value: unknown, buckets: readonly string[]): unknown {
  if (typeof value === 'string') return buckets.includes(value) ? { Ref: PARAMETER } : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => replaceBuckets(each, buckets));
  const { 'Fn::Sub': substituted, ...others } = value as Template;
  if (buckets.includes(substituted) && Object.keys(others).length === 0) return { Ref: PARAMETER };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceBuckets(each, buckets)]));
}
