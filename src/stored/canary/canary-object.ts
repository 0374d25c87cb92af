import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { FOLDER } from './contract';
import { ReplicationCanaryProps } from './props';
import { invalid } from '../../private/problems';
import { MediaReplica } from '../bucket';

/** S3 takes no more: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
/** A key has 1,024 bytes, of which the canary needs some 120. */
const MAX_PREFIX_BYTES = 900;

/** What would mean more than one prefix in a policy, or another one in a path. */
const UNSAFE = /[*?$\u0000-\u001f\u007f]|(^|\/)\.\.?(\/|$)/;

/** What the replicated object must look like, so that the rules of all these replicas take it. */
export class CanaryObject {
  /** What the canary's keys begin with, and nobody else's. */
  readonly folder: string;
  readonly tags: Record<string, string>;

  constructor(
    private readonly scope: Construct,
    props: ReplicationCanaryProps,
    private readonly replicas: MediaReplica[],
    name: string,
  ) {
    this.folder = `${this.prefix(props.prefix)}${FOLDER}/${name}/`;
    this.tags = this.allTags(props.tags ?? {});
  }

  private prefix(given: string | undefined): string {
    const rules = this.replicas.flatMap(({ region, prefix }) =>
      prefix === undefined || Token.isUnresolved(prefix) ? [] : [{ region, prefix }],
    );
    const longest = rules
      .map(({ prefix }) => prefix)
      .reduce((long, each) => (each.length > long.length ? each : long), '');
    const prefix = given ?? longest;
    const isSafe = !Token.isUnresolved(prefix) && !UNSAFE.test(prefix);
    if (!isSafe || Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) {
      throw invalid(this.scope, {
        property: 'prefix',
        got: Token.isUnresolved(prefix) ? 'a value known only at deployment' : prefix,
        expected: `a literal of at most ${MAX_PREFIX_BYTES} bytes, without *, ?, $, control characters, "." and ".." between slashes`,
        fix: 'The canary deletes below it, so that it must mean one place only. Give another that the rules take.',
      });
    }
    const refusing = rules.find((rule) => !prefix.startsWith(rule.prefix));
    if (refusing) {
      throw invalid(this.scope, {
        property: 'prefix',
        got: prefix,
        expected: `one that the rule of ${refusing.region} takes: it replicates only keys that begin with ${refusing.prefix}`,
        fix: 'Where no prefix is right for all replicas, make a canary for each, with `replicaRegions`.',
      });
    }
    return prefix;
  }

  private allTags(given: Record<string, string>): Record<string, string> {
    const tags = { ...given };
    for (const { region, tags: asked = {} } of this.replicas) {
      for (const [key, value] of Object.entries(asked)) {
        const both = [tags[key], value];
        if (tags[key] !== undefined && !both.some((each) => Token.isUnresolved(each)) && tags[key] !== value) {
          throw invalid(this.scope, {
            property: `tags.${key}`,
            got: tags[key],
            expected: `${JSON.stringify(value)}, without which the rule of ${region} does not take the object`,
            fix: 'Where no tags are right for all replicas, make a canary for each, with `replicaRegions`.',
          });
        }
        tags[key] = value;
      }
    }
    if (Object.keys(tags).length > MAX_TAGS) {
      throw invalid(this.scope, {
        property: 'tags',
        got: Object.keys(tags),
        expected: `at most ${MAX_TAGS}, those of the rules included`,
        fix: 'Leave out what no rule asks for.',
      });
    }
    return tags;
  }
}
