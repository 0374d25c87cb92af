import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket, S3MediaProxyOptions } from '../../../src';
import { asText, only, primaryStack, templateOf } from '../../support/synth';

function mediaWith(proxy: S3MediaProxyOptions): { stack: Stack; media: ReplicatedMediaBucket } {
  const stack = primaryStack();
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1', proxy }, { region: 'sa-east-1' }],
  });
  return { stack, media };
}

const outputs = (stack: Stack): [string, any][] => Object.entries(asText(templateOf(stack).toJSON().Outputs ?? {}));

describe('ReplicatedMediaBucket with a proxy', () => {
  test('creates it in the stack of the replica, and outputs its URL if it has a domain name', () => {
    const { stack, media } = mediaWith({ domainName: 'media.eu.example.com' });
    const { proxy, stack: replicaStack } = media.replica('eu-west-1');
    expect(proxy!.url).toBe('https://media.eu.example.com');
    expect(Stack.of(proxy!)).toBe(replicaStack);
    expect(media.replica('sa-east-1').proxy).toBeUndefined();

    const [container] = only(templateOf(replicaStack), 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    expect(container.Command[0]).toMatch(/Host \$\{ReplicaBucket\w+\}\.s3\.eu-west-1\./);
    const url = outputs(stack).find(([id]) => id.startsWith('MediaReplicaEuWest1ProxyUrl'))!;
    expect(url[1].Value).toBe('https://media.eu.example.com');
    const copies = outputs(stack).find(([id]) => id.startsWith('MediaCopies'))!;
    expect(JSON.parse(copies[1].Value).replicas.map(({ proxyUrl }: any) => proxyUrl)).toEqual([
      'https://media.eu.example.com',
      undefined,
    ]);
  });

  test('outputs a URL without a domain name in the stack of the replica', () => {
    const { stack, media } = mediaWith({});
    const app = stack.node.root as App;
    const replicaStack = media.replica('eu-west-1').stack;
    const template = app.synth().getStackArtifact(replicaStack.artifactId).template;
    expect(Object.values<any>(asText(template.Outputs)).map(({ Value }) => Value)).toEqual([
      expect.stringMatching(/^http:\/\/\$\{.*DNSName\}$/),
    ]);
    const primary = app.synth().getStackArtifact(stack.artifactId).template;
    expect(Object.keys(primary.Outputs).filter((id) => /ProxyUrl/.test(id))).toEqual([]);
  });

  test('can isolate the replica without stopping replication', () => {
    const { media } = mediaWith({ domainName: 'media.eu.example.com', isolation: {} });
    const { Statement } = only(templateOf(media.replica('eu-west-1').stack), 'AWS::S3::BucketPolicy').Properties
      .PolicyDocument;
    const denied = Statement.filter(({ Effect, Condition }: any) => Effect === 'Deny' && !Condition.Bool);
    const reads = ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectAnnotation', 's3:GetObjectVersionAnnotation'];
    expect(denied.map(({ Action }: any) => Action)).toEqual([reads]);
  });

  test('fails when the replica is an imported bucket without a stack', () => {
    const stack = primaryStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Replica', 'media-eu');
    expect(
      () =>
        new ReplicatedMediaBucket(stack, 'Media', {
          encryption: s3.BucketEncryption.S3_MANAGED,
          replicas: [{ region: 'eu-west-1', bucket, proxy: {} }],
        }),
    ).toThrow(
      '[MediaStack/Media] replicas[0].proxy: got "a proxy for an imported bucket without `stack`", ' +
        'expected a stack for the proxy. Set `stack` to a stack in eu-west-1.',
    );
  });
});
