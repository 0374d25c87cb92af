import { CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaCopy } from './copies/media-copy';
import { Replica } from './copies/replica';

/** Writes the bucket name and region of each replica, and a description of all copies as JSON. */
export function writeOutputs(scope: Construct, primary: MediaCopy, replicas: Replica[]): void {
  for (const { copy, proxy } of replicas) {
    const id = `Replica${pascal(copy.region)}`;
    new CfnOutput(scope, `${id}BucketName`, {
      value: copy.bucketName,
      description: `Replica bucket name (${copy.region})`,
    });
    new CfnOutput(scope, `${id}Region`, {
      value: copy.region,
      description: `Replica bucket region (${copy.region})`,
    });
    if (proxy) {
      // Without a domain name, the URL contains the name of a load balancer, which only the replica's stack can refer to.
      const known = !Token.isUnresolved(proxy.url);
      new CfnOutput(known ? scope : proxy, known ? `${id}ProxyUrl` : 'Url', {
        value: proxy.url,
        description: `Replica S3 proxy URL (${copy.region})`,
      });
    }
  }
  new CfnOutput(scope, 'Copies', {
    value: Stack.of(scope).toJsonString({
      primary: describe(primary),
      replicas: replicas.map(({ copy, ruleId, proxy }) => ({
        ...describe(copy),
        ruleId,
        proxyUrl: proxy && !Token.isUnresolved(proxy.url) ? proxy.url : undefined,
      })),
    }),
    description: 'The primary bucket and its replicas, as JSON',
  });
}

function describe({ bucketName, region, account }: MediaCopy) {
  return { bucketName, region, account };
}

/** `eu-west-1` → `EuWest1`. */
function pascal(region: string): string {
  return region.replace(/(^|-)(\w)/g, (_match, _hyphen, letter: string) => letter.toUpperCase());
}
