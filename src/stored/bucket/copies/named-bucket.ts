import { IResolveContext, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/**
 * A bucket that other stacks refer to by its physical name.
 *
 * The `Bucket` of aws-cdk-lib exports its name to stacks of the same environment, and rejects references from another
 * region if its name contains the account's pseudo parameter. The names of this library are deterministic, so neither is
 * needed.
 *
 * The classes are inside the function, because a base class is loaded with its file: every import of this library would
 * load aws-s3.
 */
export function createNamedBucket(scope: Construct, id: string, props: s3.BucketProps): s3.Bucket {
  /** A `Reference`, because aws-cdk-lib uses its target to find the policy of a bucket. */
  class ReferenceByName extends Reference {
    constructor(
      private readonly local: Reference,
      private readonly remote: (consumer: Stack) => string,
    ) {
      super(local, local.target, local.displayName);
    }

    resolve(context: IResolveContext): unknown {
      const consumer = Stack.of(context.scope);
      return consumer === Stack.of(this.target) ? this.local : this.remote(consumer);
    }
  }

  const byName = (attribute: string, remote: (consumer: Stack) => string) => {
    const local = Tokenization.reverseString(attribute).firstToken as Reference;
    return Token.asString(new ReferenceByName(local, remote));
  };

  class NamedBucket extends s3.Bucket {
    protected getResourceNameAttribute(nameAttr: string): string {
      return byName(nameAttr, () => this.physicalName);
    }

    protected getResourceArnAttribute(arnAttr: string): string {
      return byName(arnAttr, (consumer) =>
        consumer.formatArn({ service: 's3', region: '', account: '', resource: this.physicalName }),
      );
    }
  }

  return new NamedBucket(scope, id, props);
}
