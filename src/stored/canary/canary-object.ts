import { Token } from 'aws-cdk-lib';
import { FOLDER } from './contract';
import { ReplicationCanaryOptions } from './props';
import { Problems } from '../../private/problems';
import { MediaReplica } from '../bucket';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
/** A key can have 1,024 bytes. The canary appends about 120. */
const MAX_PREFIX_BYTES = 900;
/** Characters that have a meaning in a policy or in a path. */
const UNSAFE = /[*?$\u0000-\u001f\u007f]|(^|\/)\.\.?(\/|$)/;

/** The settings of the replicated object, chosen so that the rules of all watched replicas match it. */
export interface CanaryObject {
  /** The prefix of the canary's keys, which no other objects have. */
  readonly folder: string;
  readonly tags: Record<string, string>;
}

export function canaryObject(options: ReplicationCanaryOptions, replicas: MediaReplica[], name: string): CanaryObject {
  return { folder: `${prefixOf(options, replicas)}${FOLDER}/${name}/`, tags: tagsOf(options, replicas) };
}

export function validateObject(problems: Problems, options: ReplicationCanaryOptions, replicas: MediaReplica[]): void {
  const prefix = prefixOf(options, replicas);
  const isLiteral = !Token.isUnresolved(prefix);
  const isSafe = problems.expect(isLiteral && !UNSAFE.test(prefix) && Buffer.byteLength(prefix) <= MAX_PREFIX_BYTES, {
    property: 'prefix',
    got: isLiteral ? prefix : 'a token',
    expected: `a literal of at most ${MAX_PREFIX_BYTES} bytes, without *, ?, $, control characters, and "." or ".." between slashes`,
    fix: 'Specify another prefix. The canary deletes objects below it, so it must identify exactly one folder.',
  });
  problems.expect(!isSafe || prefixesOf(replicas).every((each) => prefix.startsWith(each)), {
    property: 'prefix',
    got: options.prefix,
    expected: `a prefix that the rules of all watched replicas match (${replicas.map(describePrefix).join(', ')})`,
    fix: 'If no prefix matches all rules, create a canary for each rule with `replicaRegions`.',
  });
  const tags = tagsOf(options, replicas);
  for (const [key, value] of Object.entries(tags)) {
    const all = [options, ...replicas].flatMap(({ tags: { [key]: each } = {} }) => each ?? []);
    const other = all.find((each) => each !== value);
    problems.expect(other === undefined || all.some((each) => Token.isUnresolved(each)), {
      property: `tags.${key}`,
      got: other,
      expected: `${JSON.stringify(value)}, because a rule of a watched replica requires it`,
      fix: 'If no tags match all rules, create a canary for each rule with `replicaRegions`.',
    });
  }
  problems.expect(Object.keys(tags).length <= MAX_TAGS, {
    property: 'tags',
    got: Object.keys(tags),
    expected: `at most ${MAX_TAGS} tags, including those that the rules require`,
    fix: 'Remove tags that no rule requires.',
  });
}

function describePrefix({ region, prefix = '' }: MediaReplica): string {
  return `${region}: ${JSON.stringify(prefix)}`;
}

/** By default, the longest prefix of the rules: if any prefix matches all of them, it is this one. */
function prefixOf({ prefix }: ReplicationCanaryOptions, replicas: MediaReplica[]): string {
  const longest = prefixesOf(replicas).reduce((long, each) => (each.length > long.length ? each : long), '');
  return prefix ?? longest;
}

function prefixesOf(replicas: MediaReplica[]): string[] {
  return replicas.flatMap(({ prefix }) => (prefix === undefined || Token.isUnresolved(prefix) ? [] : [prefix]));
}

function tagsOf({ tags }: ReplicationCanaryOptions, replicas: MediaReplica[]): Record<string, string> {
  return Object.assign({}, tags, ...replicas.map((replica) => replica.tags));
}
