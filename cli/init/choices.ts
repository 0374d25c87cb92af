import { mediaSchema } from '../config/schema';
import { either, show, suggestion } from '../config/words';
import { UsageError } from '../problems';

export const TEMPLATES = ['stored', 'live', 'everything'] as const;
export type Template = (typeof TEMPLATES)[number];

/** What a new config contains. */
export interface Choices {
  readonly template: Template;
  readonly region: string;
  readonly replicas: readonly string[];
  readonly proxies: boolean;
  readonly meetings: boolean;
}

/** Choices in the notation of options and answers. */
export type Answers = { readonly [choice in keyof Choices]?: string };

/** The default regions in each partition. S3 does not replicate between partitions. */
const REGIONS = {
  china: ['cn-north-1', 'cn-northwest-1'],
  govCloud: ['us-gov-west-1', 'us-gov-east-1'],
  standard: ['us-east-1', 'eu-central-1', 'ap-southeast-2'],
};

/** The choices that are made unless others are specified. */
export function defaultsOf({ template = 'stored', region = 'us-east-1' }: Answers): Required<Answers> {
  const others = REGIONS[partitionOf(region)].filter((each) => each !== region);
  const word = (isDefault: boolean) => (isDefault ? 'yes' : 'no');
  return {
    template,
    region,
    replicas: others.slice(0, 2).join(','),
    proxies: word(template === 'everything'),
    meetings: word(template !== 'stored'),
  };
}

/** @throws UsageError if an answer is invalid */
export const PARSERS: { readonly [choice in keyof Choices]: (answer: string, region?: string) => Choices[choice] } = {
  template: (answer) => {
    const template = TEMPLATES.find((each) => each === answer);
    if (template) return template;
    throw new UsageError(`got ${show(answer)}, expected ${either(TEMPLATES)}${suggestion(answer, TEMPLATES) || '.'}`);
  },
  region: regionIn,
  replicas: (answer, primary) => {
    const regions = answer.split(',').map((region) => regionIn(region.trim()));
    const outside = regions.find((region) => primary !== undefined && partitionOf(region) !== partitionOf(primary));
    if (outside !== undefined) {
      throw new UsageError(`got ${show(outside)}, expected a region in the same partition as ${primary}.`);
    }
    const twice = regions.find((region, index) => region === primary || regions.indexOf(region) < index);
    if (twice === undefined) return regions;
    const other = twice === primary ? 'the region of the primary' : 'listed twice';
    throw new UsageError(`got ${show(twice)}, which is ${other}. Specify different regions.`);
  },
  proxies: isYes,
  meetings: isYes,
};

export function parseChoices(answers: Answers): Choices {
  const all = { ...defaultsOf(answers), ...answers };
  const named = <T>(choice: keyof Choices, parse: (answer: string, region?: string) => T): T => {
    try {
      return parse(all[choice]!, all.region);
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`--${choice}: ${error.message}`);
      throw error;
    }
  };
  return {
    template: named('template', PARSERS.template),
    region: named('region', PARSERS.region),
    replicas: named('replicas', PARSERS.replicas),
    proxies: named('proxies', PARSERS.proxies),
    meetings: named('meetings', PARSERS.meetings),
  };
}

function regionIn(answer: string): string {
  const known: readonly string[] = mediaSchema().definitions.Region.examples;
  if (known.includes(answer)) return answer;
  throw new UsageError(
    `got ${show(answer)}, expected an AWS region${suggestion(answer, known) || ', such as eu-west-1.'}`,
  );
}

function partitionOf(region: string): keyof typeof REGIONS {
  if (region.startsWith('cn-')) return 'china';
  return region.startsWith('us-gov-') ? 'govCloud' : 'standard';
}

function isYes(answer: string): boolean {
  if (/^(y|yes)$/i.test(answer)) return true;
  if (/^(n|no)$/i.test(answer)) return false;
  throw new UsageError(`got ${show(answer)}, expected yes or no.`);
}
