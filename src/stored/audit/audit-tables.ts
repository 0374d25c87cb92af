import { Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { tableOf } from './contract';
import { INVENTORY_COLUMNS, PARTITION_KEY } from './inventory-columns';
import { InventoryLocation } from './inventory-location';
import { accountOf } from '../../private/naming';

/** The name of the database: lowercase letters, digits and underscores. */
export const databaseOf = (auditName: string): string => auditName.replace(/-/g, '_');

const HIVE = 'org.apache.hadoop.hive.ql.io';

/** The Glue database of the audit, with a table for the inventories of each copy. */
export class AuditTables extends Construct {
  readonly database: glue.CfnDatabase;

  constructor(
    scope: Construct,
    id: string,
    readonly databaseName: string,
  ) {
    super(scope, id);
    this.database = new glue.CfnDatabase(this, 'Database', {
      catalogId: accountOf(Stack.of(this)),
      databaseInput: { name: databaseName, description: `S3 inventories that ${scope.node.path} compares` },
    });
  }

  /**
   * Adds a table for the inventories of a copy. A partition is an inventory. Queries specify the inventory (`injected`), so
   * that no partition has to be registered.
   *
   * @returns the name of the table
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
   */
  add(region: string, { bucketName, prefix }: InventoryLocation): string {
    const name = tableOf(region);
    const location = `s3://${bucketName}/${prefix}/hive/`;
    const table = new glue.CfnTable(this, `Table-${region}`, {
      catalogId: accountOf(Stack.of(this)),
      databaseName: this.databaseName,
      tableInput: {
        name,
        description: `Inventories of the copy in ${region}`,
        tableType: 'EXTERNAL_TABLE',
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          // With the type `date`, Athena silently finds no partition of inventories that S3 wrote at an odd minute.
          'projection.dt.type': 'injected',
          'storage.location.template': `${location}dt=\${dt}/`,
        },
        partitionKeys: [{ name: PARTITION_KEY, type: 'string' }],
        storageDescriptor: {
          location,
          columns: INVENTORY_COLUMNS.map(({ name: column, type }) => ({ name: column, type })),
          inputFormat: `${HIVE}.SymlinkTextInputFormat`,
          outputFormat: `${HIVE}.HiveIgnoreKeyTextOutputFormat`,
          serdeInfo: { serializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe` },
        },
      },
    });
    table.addDependency(this.database);
    return name;
  }
}
