import { checkTagKey } from './documented-rules';
import { ServiceError } from './errors';
import { MeetingRecord } from './records';
import { Handlers } from './requests';
import { World } from './world';

const TAGS_PER_RESOURCE = 50;

type TagOperations = Pick<Handlers, 'ListTagsForResource' | 'TagResource' | 'UntagResource'>;

export function tagOperations({ registry }: World): TagOperations {
  const tagged = (arn: string, region: string): MeetingRecord => {
    const meeting = registry.find(arn.slice(arn.lastIndexOf('/') + 1), region);
    if (meeting?.meetingArn === arn) return meeting;
    throw new ServiceError('ResourceNotFoundException', `Resource <${arn}> not found`, { resourceName: arn });
  };

  return {
    TagResource: ({ ResourceARN, Tags }, { region }) => {
      const { tags } = tagged(ResourceARN, region);
      for (const { Key } of Tags) checkTagKey(Key);
      if (new Set([...tags.keys(), ...Tags.map(({ Key }) => Key)]).size > TAGS_PER_RESOURCE) {
        throw new ServiceError('TooManyTagsException', `A meeting can have ${TAGS_PER_RESOURCE} tags`, {
          resourceName: ResourceARN,
        });
      }
      for (const { Key, Value } of Tags) tags.set(Key, Value);
      return undefined;
    },

    UntagResource: ({ ResourceARN, TagKeys }, { region }) => {
      const { tags } = tagged(ResourceARN, region);
      for (const tagKey of TagKeys) tags.delete(tagKey);
      return undefined;
    },

    ListTagsForResource: ({ ResourceARN }, { region }) => ({
      Tags: [...tagged(ResourceARN, region).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}
