import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { TABLE } from './contract';
import { ReplicatedMeetingServiceProps } from './props';
import { statement } from '../../private/policy-statements';

const RECORDS_PER_BATCH = 1_000;
const BATCHING_WINDOW = Duration.seconds(1);
/** The work of a large room takes a minute. Other rooms do not wait for it. */
const PARALLEL_BATCHES = 10;
const RECORD_AGE = Duration.minutes(5);

/** The table with the state of all meetings of a service. */
export class MeetingsTable extends Construct {
  readonly table: dynamodb.Table;
  private readonly key: kms.IKey;

  constructor(scope: Construct, id: string, props: ReplicatedMeetingServiceProps) {
    super(scope, id);
    const { removalPolicy = RemovalPolicy.DESTROY, encryptionKey } = props;
    const description = 'Encrypts the credentials of meeting attendees';
    this.key = encryptionKey ?? new kms.Key(this, 'Key', { description, enableKeyRotation: true, removalPolicy });
    const string = dynamodb.AttributeType.STRING;
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: TABLE.key, type: string },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      timeToLiveAttribute: TABLE.timeToLive,
      stream: dynamodb.StreamViewType.KEYS_ONLY, // items contain credentials
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: TABLE.index,
      partitionKey: { name: TABLE.group, type: string },
      sortKey: { name: TABLE.order, type: string },
      // Lists do not need the credentials, and every projected attribute is written twice.
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: [...TABLE.listed],
    });
  }

  /** Invokes a function when a room has work in the background. */
  notify(fn: lambda.IFunction): void {
    const streamArn = this.table.tableStreamArn!;
    fn.addToRolePolicy(
      statement(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], streamArn),
    );
    fn.addToRolePolicy(statement(['dynamodb:ListStreams'], '*'));
    new lambda.EventSourceMapping(this, 'WorkMapping', {
      target: fn,
      eventSourceArn: streamArn,
      startingPosition: lambda.StartingPosition.LATEST,
      batchSize: RECORDS_PER_BATCH,
      maxBatchingWindow: BATCHING_WINDOW,
      parallelizationFactor: PARALLEL_BATCHES,
      // The sweeper asks for the work, too.
      retryAttempts: 2,
      maxRecordAge: RECORD_AGE,
      filters: TABLE.work.map((prefix) =>
        lambda.FilterCriteria.filter({
          eventName: lambda.FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { Keys: { [TABLE.key]: { S: lambda.FilterRule.beginsWith(prefix) } } },
        }),
      ),
    });
  }

  /** Grants the permissions that every function needs. `ConditionCheckItem` is used in transactions. */
  grantUse(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      resourceArns: [this.table.tableArn],
    });
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.table.tableArn}/index/${TABLE.index}`],
    });
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    grantee.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.${Stack.of(this).urlSuffix}` },
        },
      }),
    );
  }
}
