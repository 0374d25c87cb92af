import { Names } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * A topic whose subscriptions keep their logical IDs when the topic is renamed or moved in the tree.
 *
 * aws-cdk-lib derives the ID of a queue's subscription from the path of the topic. With a new ID, CloudFormation would
 * subscribe the queue again, which has no effect, and then delete the former subscription, which is the same one.
 *
 * The class is inside the function for the same reason as in named-bucket.ts.
 */
export function createEventsTopic(scope: Construct, id: string, name: string, props: sns.TopicProps): sns.Topic {
  class EventsTopic extends sns.Topic {
    addSubscription(subscription: sns.ITopicSubscription): sns.Subscription {
      return super.addSubscription({
        bind: (topic) => {
          const config = subscription.bind(topic);
          return { ...config, subscriberId: config.subscriberId.replace(Names.nodeUniqueId(topic.node), name) };
        },
      });
    }
  }
  return new EventsTopic(scope, id, props);
}
