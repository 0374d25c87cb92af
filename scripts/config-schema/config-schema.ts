import { dirname } from 'node:path';
import { Schema } from './definitions';
import { estimateDefinitions } from './estimate';
import { SchemaWriter } from './from-jsii';

const PROPS = 'cdk-media-replication.MediaReplicationStackProps';
const ID =
  'https://raw.githubusercontent.com/cdk-media-replication/cdk-media-replication/main/schema/media.schema.json';

/** The JSON Schema of a config file: the properties of `MediaReplicationStack`, and what the command line adds. */
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
      'Media and their replicas, a router, meetings and their monitoring, as MediaReplicationStack makes them.',
    type: 'object',
    additionalProperties: false,
    required: ['version', 'stackName', 'region', ...props.required],
    properties: {
      version: { const: 1, description: 'The version of this format.' },
      stackName: {
        ...stackName,
        description:
          'The name of the stack in the primary region. The names of buckets and other stacks derive from it.',
      },
      region: {
        $ref: '#/definitions/Region',
        description: 'The region of the primary, of the router and of the meetings.',
      },
      account: {
        $ref: '#/definitions/AccountId',
        description: 'The account. Default: the one that deploys; needed for replicas in other accounts.',
      },
      bootstrapQualifier: {
        title: 'a qualifier of up to 10 letters and digits',
        type: 'string',
        pattern: '^[A-Za-z0-9_-]{1,10}$',
        description: 'The qualifier with which the regions were bootstrapped. Default: hnb659fds, that of the AWS CDK.',
      },
      ...others,
      estimate: { $ref: '#/definitions/Estimate', description: 'Prices and volumes for the estimate of `plan`.' },
    },
    definitions: sorted({ ...writer.definitions, ...estimateDefinitions() }),
  };
}

function sorted(definitions: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}
