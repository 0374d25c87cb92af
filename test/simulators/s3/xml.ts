import { S3Error } from './errors';
import { Bucket, TopicConfiguration, Version } from './records';
import { ReplicationConfiguration, ReplicationRule } from './replication-rules';
import { parseXml, toXml as element, XmlElement } from '../s3-control/xml';

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Lists without an element of their own: the name of the member, and that of its elements. */
const FLATTENED: Readonly<Record<string, string>> = {
  CommonPrefixes: 'CommonPrefixes',
  Contents: 'Contents',
  DeleteMarkers: 'DeleteMarker',
  Deleted: 'Deleted',
  Events: 'Event',
  Rules: 'Rule',
  Tags: 'Tag',
  TopicConfigurations: 'TopicConfiguration',
  Versions: 'Version',
};

/** A structure of the API as a document. */
export function toXml(root: string, value: object): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${NAMESPACE}>${members(value)}</${root}>`;
}

function members(value: object): string {
  return Object.entries(value)
    .map(([name, member]) => {
      if (member === undefined) return '';
      if (Array.isArray(member)) return member.map((each) => node(FLATTENED[name], each)).join('');
      return node(name, member);
    })
    .join('');
}

function node(name: string, value: unknown): string {
  if (typeof value !== 'object' || value instanceof Date) return element(name, value);
  if (value === null) throw new Error(`${name} is null.`);
  return `<${name}>${members(value)}</${name}>`;
}

/** A document as a structure of the API, in which only `lists` are lists. */
function read(xml: XmlElement, lists: Readonly<Record<string, string>>): any {
  if (xml.children.length === 0) return xml.text.trim();
  const value: Record<string, any> = {};
  for (const child of xml.children) {
    const list = lists[`${xml.name}/${child.name}`];
    if (list) (value[list] ??= []).push(read(child, lists));
    else value[child.name] = read(child, lists);
  }
  return value;
}

export function replicationOf(body: string): ReplicationConfiguration {
  const lists = { 'ReplicationConfiguration/Rule': 'Rules', 'And/Tag': 'Tags' };
  const { Role, Rules = [] } = read(parseXml(body), lists);
  return {
    Role,
    // An empty element has no children, but is a structure.
    Rules: Rules.map((rule: any) => ({
      ...rule,
      Filter: rule.Filter === '' ? {} : rule.Filter,
      Priority: Number(rule.Priority),
    })),
  };
}

export function replicationToXml({ Role, Rules }: ReplicationConfiguration): string {
  return toXml('ReplicationConfiguration', { Role, Rules: Rules as ReplicationRule[] });
}

export function topicsOf(body: string): TopicConfiguration[] {
  const lists = { 'NotificationConfiguration/TopicConfiguration': 'topics', 'TopicConfiguration/Event': 'Events' };
  const { topics = [], ...others } = read(parseXml(body), lists) || {};
  for (const name of Object.keys(others)) {
    throw new S3Error('NotImplemented', `Notifications by ${name} are not simulated`);
  }
  return topics.map(({ Id, Topic, Events, Filter }: any) => {
    if (Filter) throw new S3Error('NotImplemented', 'Filters of notifications are not simulated');
    return { Id, TopicArn: Topic, Events };
  });
}

export function topicsToXml({ notifications }: Bucket): string {
  const TopicConfigurations = notifications.map(({ Id, TopicArn, Events }) => ({ Id, Topic: TopicArn, Events }));
  return toXml('NotificationConfiguration', { TopicConfigurations });
}

export function encryptionToXml({ encryption }: Bucket): string {
  const { key, bucketKey } = encryption!;
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: key ? 'aws:kms' : 'AES256', KMSMasterKeyID: key };
  return toXml('ServerSideEncryptionConfiguration', {
    Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: bucketKey }],
  });
}

export function listedVersion({ key, versionId, createdAt, body }: Version): object {
  return { Key: key, VersionId: versionId, LastModified: new Date(createdAt), Size: body.length };
}

/** The keys and versions of a request to delete several objects. */
export function deletionsOf(body: string): { Key: string; VersionId?: string }[] {
  return read(parseXml(body), { 'Delete/Object': 'Objects' }).Objects ?? [];
}
