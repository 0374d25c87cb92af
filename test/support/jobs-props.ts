/** The props of `ReplicationJobs` for a new bucket with new replicas. */
export const NEW_COPIES = { existingReplicas: [], existingBucket: false, replicateExisting: true, lifecycleRules: [] };
