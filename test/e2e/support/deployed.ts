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
  return commandIn(Template.fromStack(stack).toJSON(), () => undefined);
}

/** What CloudFormation makes of the name or an attribute of a resource. */
type Resolve = (logicalId: string, attribute?: string) => string | string[] | undefined;

/** The command of the servers in a template with one proxy, with what CloudFormation fills in. */
export function commandIn(template: { [key: string]: any }, resolve: Resolve): string[] {
  const [task] = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
  const [{ EntryPoint, Command }] = task.Properties.ContainerDefinitions;
  return [...EntryPoint, ...Command].map((value) => fillIn(value, resolve));
}

function fillIn(value: any, resolve: Resolve): any {
  if (typeof value === 'string') return value;
  if (value.Ref === 'AWS::URLSuffix') return 'amazonaws.com';
  if (value['Fn::Join']) {
    const [separator, parts] = value['Fn::Join'];
    return parts.map((part: any) => fillIn(part, resolve)).join(separator);
  }
  if (value['Fn::Split']) return fillIn(value['Fn::Split'][1], resolve).split(value['Fn::Split'][0]);
  if (value['Fn::Select']) return fillIn(value['Fn::Select'][1], resolve)[value['Fn::Select'][0]];
  const found = value.Ref ? resolve(value.Ref) : value['Fn::GetAtt'] && resolve(...(value['Fn::GetAtt'] as [string]));
  if (found !== undefined) return found;
  throw new Error(`The command of the container needs more than the test knows: ${JSON.stringify(value)}`);
}
