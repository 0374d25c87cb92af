import { Token } from 'aws-cdk-lib';
import { FOLDER } from './contract';
import { ReplicationCanaryOptions } from './props';
import { MediaReplica } from '../bucket';

/** The settings of the replicated object, chosen so that the rules of all watched replicas match it. */
export interface CanaryObject {
  /** The prefix of the canary's keys, which no other objects have. */
  readonly folder: string;
  readonly tags: Record<string, string>;
}

export function canaryObject(options: ReplicationCanaryOptions, replicas: MediaReplica[], name: string): CanaryObject {
  return { folder: `${prefixOf(options, replicas)}${FOLDER}/${name}/`, tags: tagsOf(options, replicas) };
}

/** By default, the longest prefix of the rules: if any prefix matches all of them, it is this one. */
export function prefixOf({ prefix }: ReplicationCanaryOptions, replicas: MediaReplica[]): string {
  const longest = prefixesOf(replicas).reduce((long, each) => (each.length > long.length ? each : long), '');
  return prefix ?? longest;
}

export function prefixesOf(replicas: MediaReplica[]): string[] {
  return replicas.flatMap(({ prefix }) => (prefix === undefined || Token.isUnresolved(prefix) ? [] : [prefix]));
}

export function tagsOf({ tags }: ReplicationCanaryOptions, replicas: MediaReplica[]): Record<string, string> {
  return Object.assign({}, tags, ...replicas.map((replica) => replica.tags));
}
