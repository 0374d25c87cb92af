import { problemOfTags, TAGS_PER_JOB } from './documented-rules';
import { FrontDoorError, ServiceError } from './errors';
import { Handlers } from './requests';
import { World } from './world';

type TagOperations = Pick<Handlers, 'DeleteJobTagging' | 'GetJobTagging' | 'PutJobTagging'>;

export function tagOperations({ registry }: World): TagOperations {
  return {
    /** Puts the whole set: tags that are not in it are gone. */
    PutJobTagging: ({ JobId, Tags }) => {
      const job = registry.get(JobId);
      if (Tags.length > TAGS_PER_JOB) {
        throw new ServiceError('TooManyTagsException', `A job can have ${TAGS_PER_JOB} tags`);
      }
      const problem = problemOfTags(Tags);
      if (problem) throw new FrontDoorError('InvalidRequest', problem);
      job.tags = Tags;
      return {};
    },

    GetJobTagging: ({ JobId }) => ({ Tags: registry.get(JobId).tags }),

    DeleteJobTagging: ({ JobId }) => {
      registry.get(JobId).tags = [];
      return {};
    },
  };
}
