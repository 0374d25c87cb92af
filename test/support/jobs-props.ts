/** The props of `ReplicationJobs` for a new bucket with new replicas. */
export const NEW_COPIES = {
  name: 'media-1a2b3c4d',
  paused: [],
  tracked: [],
  existingReplicas: [],
  existingBucket: false,
  replicateExisting: true,
  lifecycleRules: [],
};
