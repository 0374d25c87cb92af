import { IResolveContext, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/**
 * A bucket that every other stack names by its physical name.
 *
 * The L2 exports the name to stacks of the same environment, and refuses to be named from another region where the name
 * holds the account's pseudo parameter. Ours is known everywhere, so neither is needed.
 *
 * The classes stand inside, because a base class is loaded with the file: aws-s3 would be with every import of us.
 */
export function createNamedBucket(scope: Construct, id: string, props: s3.BucketProps): s3.Bucket {
  /** A `Reference`, so that aws-cdk-lib still knows which resource is meant when it looks for the bucket's policy. */
  class ReferenceByName extends Reference {
    constructor(
      private readonly own: Reference,
      private readonly elsewhere: (consumer: Stack) => string,
    ) {
      super(own, own.target, own.displayName);
    }

    resolve(context: IResolveContext): unknown {
      const consumer = Stack.of(context.scope);
      return consumer === Stack.of(this.target) ? this.own : this.elsewhere(consumer);
    }
  }

  const byNameElsewhere = (attribute: string, elsewhere: (consumer: Stack) => string) => {
    const own = Tokenization.reverseString(attribute).firstToken as Reference;
    return Token.asString(new ReferenceByName(own, elsewhere));
  };

  class NamedBucket extends s3.Bucket {
    protected getResourceNameAttribute(nameAttr: string): string {
      return byNameElsewhere(nameAttr, () => this.physicalName);
    }

    protected getResourceArnAttribute(arnAttr: string): string {
      return byNameElsewhere(arnAttr, (consumer) =>
        consumer.formatArn({ service: 's3', region: '', account: '', resource: this.physicalName }),
      );
    }
  }

  return new NamedBucket(scope, id, props);
}
