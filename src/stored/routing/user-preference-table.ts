import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { USER_KEY } from './contract';
import { UserPreferencesOptions } from './props';
import { allow } from '../../private/policy-statements';

/** The table with the preferences of users: a new one, or an existing one, which is not modified. */
export class UserPreferenceTable extends Construct {
  readonly table: dynamodb.ITable;

  constructor(scope: Construct, id: string, { table, removalPolicy }: UserPreferencesOptions) {
    super(scope, id);
    this.table =
      table ??
      new dynamodb.Table(this, 'Table', {
        partitionKey: { name: USER_KEY, type: dynamodb.AttributeType.STRING },
        billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption: dynamodb.TableEncryption.AWS_MANAGED,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
      });
  }

  grantUse(grantee: iam.IGrantable): void {
    const { tableArn, encryptionKey } = this.table;
    allow(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], tableArn);
    if (!encryptionKey) return;
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    const { region, urlSuffix } = Stack.of(this);
    allow(
      grantee,
      ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      encryptionKey.keyArn,
      {
        StringEquals: { 'kms:ViaService': `dynamodb.${region}.${urlSuffix}` },
      },
    );
  }
}
