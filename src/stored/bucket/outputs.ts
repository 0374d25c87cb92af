import { CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DescribedMedia, describeCopies } from './copies-output';

/** Writes the bucket name and region of each replica, and a description of all copies as JSON. */
export function writeOutputs(scope: Construct, identity: string, media: DescribedMedia): void {
  const write = (id: string, value: string, description: string, parent = scope) =>
    new CfnOutput(parent, id, { value, description });
  for (const { copy, proxy } of media.replicas) {
    const id = `Replica${pascal(copy.region)}`;
    write(`${id}BucketName`, copy.bucketName, `Replica bucket name (${copy.region})`);
    write(`${id}Region`, copy.region, `Replica bucket region (${copy.region})`);
    if (!proxy) continue;
    const description = `Replica S3 proxy URL (${copy.region})`;
    // Without a domain name, the URL contains the name of a load balancer, which only the replica's stack can refer to.
    if (Token.isUnresolved(proxy.url)) write('Url', proxy.url, description, proxy);
    else write(`${id}ProxyUrl`, proxy.url, description);
  }
  const copies = Stack.of(scope).toJsonString({ identity, ...describeCopies(media) });
  write(
    'Copies',
    copies,
    'The primary bucket and its replicas, as JSON: import it with ReplicatedMediaBucket.fromCopies',
  );
}

/** `eu-west-1` → `EuWest1`. */
function pascal(region: string): string {
  return region.replace(/(^|-)(\w)/g, (_match, _hyphen, letter: string) => letter.toUpperCase());
}
