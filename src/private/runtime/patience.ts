/**
 * The request handler options of an SDK client: the time in milliseconds until the response must begin. Without
 * `throwOnRequestTimeout`, the SDK only logs a warning and keeps waiting.
 */
export function patience(requestTimeout: number) {
  return { connectionTimeout: 3_000, requestTimeout, throwOnRequestTimeout: true };
}
