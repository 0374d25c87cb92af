import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3MediaProxy } from '../../../src';

/** What the template of a proxy for the bucket makes a container run, with what CloudFormation fills in. */
export function deployedCommand(bucketName: string, region: string): string[] {
  const stack = new Stack(new App(), 'Stack', { env: { region } });
  new S3MediaProxy(stack, 'Proxy', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', bucketName),
    domainName: 'media.example.com',
  });
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  const [{ EntryPoint, Command }] = task.Properties.ContainerDefinitions;
  return [...EntryPoint, ...Command].map(fillIn);
}

function fillIn(value: any): string {
  if (typeof value === 'string') return value;
  if (value.Ref === 'AWS::URLSuffix') return 'amazonaws.com';
  if (value['Fn::Join']) return value['Fn::Join'][1].map(fillIn).join(value['Fn::Join'][0]);
  throw new Error(`The command of the container needs more than the test knows: ${JSON.stringify(value)}`);
}
