import { dirname } from 'node:path';
import { Schema } from './definitions';
import { estimateDefinitions } from './estimate';
import { SchemaWriter } from './from-jsii';

const PROPS = 'cdk-media-replication.MediaReplicationStackProps';
const ID =
  'https://raw.githubusercontent.com/cdk-media-replication/cdk-media-replication/main/schema/media.schema.json';

/** The JSON Schema of a config file: the properties of `MediaReplicationStack`, and those of the command line. */
export function configSchema(): Schema {
  const writer = new SchemaWriter([dirname(require.resolve('aws-cdk-lib/package.json')), '.']);
  const props = writer.struct(PROPS);
  writer.checkLeftOut();
  const { stackName, ...others } = props.properties;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: ID,
    title: 'cdk-media-replication',
    description:
      'A MediaReplicationStack: media and its replicas, a router, meetings, a canary and monitoring for all of them.',
    type: 'object',
    additionalProperties: false,
    required: ['version', 'stackName', 'region', ...props.required],
    properties: {
      version: { const: 1, description: 'The version of this format.' },
      stackName: {
        ...stackName,
        description:
          'The name of the stack in the primary region. The names of buckets and of other stacks are derived from it.',
      },
      region: {
        $ref: '#/definitions/Region',
        description: 'The region of the primary bucket, the router and the meeting service.',
      },
      account: {
        $ref: '#/definitions/AccountId',
        description:
          'The account. Required for replicas in other accounts.\nDefault: the account of the credentials used to deploy.',
      },
      bootstrapQualifier: {
        title: 'a qualifier of up to 10 letters and digits',
        type: 'string',
        pattern: '^[A-Za-z0-9_-]{1,10}$',
        description: 'The qualifier that the regions were bootstrapped with.\nDefault: hnb659fds.',
      },
      ...others,
      estimate: { $ref: '#/definitions/Estimate', description: 'Prices and volumes for the cost estimate of `plan`.' },
    },
    definitions: sorted({ ...writer.definitions, ...estimateDefinitions() }),
  };
}

function sorted(definitions: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}
