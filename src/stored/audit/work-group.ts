import { Size, Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { RESULTS_FOLDER } from './contract';
import { accountOf } from '../../private/naming';

export interface WorkGroupProps {
  readonly name: string;
  /** The bucket of the results, in the region of the workgroup. */
  readonly bucketName: string;
  readonly cutoff: Size;
}

/** An Athena workgroup. Its settings are enforced, so that no client can use another location or scan more. */
export function createWorkGroup(scope: Construct, { name, bucketName, cutoff }: WorkGroupProps): athena.CfnWorkGroup {
  return new athena.CfnWorkGroup(scope, 'WorkGroup', {
    name,
    description: `Queries of the audit ${name}`,
    recursiveDeleteOption: true,
    state: 'ENABLED',
    workGroupConfiguration: {
      bytesScannedCutoffPerQuery: cutoff.toBytes(),
      enforceWorkGroupConfiguration: true,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      publishCloudWatchMetricsEnabled: true,
      requesterPaysEnabled: false,
      resultConfiguration: {
        outputLocation: `s3://${bucketName}/${RESULTS_FOLDER}/`,
        expectedBucketOwner: accountOf(Stack.of(scope)),
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  });
}
