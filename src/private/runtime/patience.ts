/**
 * How long a client waits for an answer to begin, before it tries again or fails. Without the last of these, the SDK
 * only warns of a request that takes longer, and waits on.
 */
export function patience(requestTimeout: number) {
  return { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true };
}
