import { CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaCopy } from './copies/media-copy';
import { Replica } from './copies/replica';

/** Writes the bucket name and region of each replica, and a description of all copies as JSON. */
export function writeOutputs(scope: Construct, primary: MediaCopy, replicas: Replica[]): void {
  const write = (id: string, value: string, description: string, parent = scope) =>
    new CfnOutput(parent, id, { value, description });
  for (const { copy, proxy } of replicas) {
    const id = `Replica${pascal(copy.region)}`;
    write(`${id}BucketName`, copy.bucketName, `Replica bucket name (${copy.region})`);
    write(`${id}Region`, copy.region, `Replica bucket region (${copy.region})`);
    if (!proxy) continue;
    const description = `Replica S3 proxy URL (${copy.region})`;
    // Without a domain name, the URL contains the name of a load balancer, which only the replica's stack can refer to.
    if (Token.isUnresolved(proxy.url)) write('Url', proxy.url, description, proxy);
    else write(`${id}ProxyUrl`, proxy.url, description);
  }
  const copies = Stack.of(scope).toJsonString({
    primary: describe(primary),
    replicas: replicas.map(({ copy, ruleId, proxy }) => ({
      ...describe(copy),
      ruleId,
      proxyUrl: proxy && !Token.isUnresolved(proxy.url) ? proxy.url : undefined,
    })),
  });
  write('Copies', copies, 'The primary bucket and its replicas, as JSON');
}

function describe({ bucketName, region, account }: MediaCopy) {
  return { bucketName, region, account };
}

/** `eu-west-1` → `EuWest1`. */
function pascal(region: string): string {
  return region.replace(/(^|-)(\w)/g, (_match, _hyphen, letter: string) => letter.toUpperCase());
}
