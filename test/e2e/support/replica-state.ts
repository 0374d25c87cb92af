import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { fillIn } from './deployed-function';
import { DynamoDbLocal } from './dynamodb-local';
import { replicaPartition, SUMMARY } from '../../../src/stored/backfill/contract';

/**
 * Creates the table that describes what replicas lack, for a router without the functions of its media: the backfill of
 * each replica is complete.
 *
 * @param nameOf the name of the table that the router's function gets for its logical ID
 */
export async function recordBackfills(
  dynamo: DynamoDbLocal,
  assembly: CloudAssembly,
  stackName: string,
  nameOf: (logicalId: string) => string,
): Promise<void> {
  const resourcesOf = ({ template }: { template: any }, type: string) =>
    Object.entries<any>(template.Resources).filter(([, { Type }]) => Type === type);
  const stacks = assembly.stacksRecursively;
  const primary = stacks.find((stack) => stack.stackName === stackName)!;
  const tables = resourcesOf(primary, 'AWS::DynamoDB::Table');
  const [logicalId, { Properties }] = tables.find(([id]) => id.startsWith('MediaJobsStore'))!;
  const table = nameOf(logicalId);
  await dynamo.createTable(table, Properties);
  for (const replica of stacks.filter((stack) => stack !== primary)) {
    for (const [, bucket] of resourcesOf(replica, 'AWS::S3::Bucket')) {
      const name = fillIn(bucket.Properties.BucketName, replica.environment.region, (id) => id);
      await dynamo.put(table, { pk: replicaPartition(name), sk: SUMMARY, filledUntil: Date.now() });
    }
  }
}
