/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceEvent<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation rejects responses of more than 4,096 bytes. */
const MAX_REASON = 1_000;
const SEND_ATTEMPTS = 5;

/**
 * Runs the work and sends the response to CloudFormation.
 *
 * @param work returns the physical ID
 * @param idOnFailure the physical ID if the work fails. CloudFormation passes it to the Delete request that follows.
 * @returns the reason of a failure, truncated to fit into a response; undefined if the work succeeded
 */
export async function respond(
  { ResponseURL, StackId, RequestId, LogicalResourceId }: CustomResourceEvent<unknown>,
  work: () => Promise<string>,
  idOnFailure: string,
): Promise<string | undefined> {
  const ids = { StackId, RequestId, LogicalResourceId };
  const response = await work().then(
    (PhysicalResourceId): CustomResourceResponse => ({ Status: 'SUCCESS', PhysicalResourceId, ...ids }),
    ({ message }: Error): CustomResourceResponse => ({
      Status: 'FAILED',
      Reason: message.slice(0, MAX_REASON),
      PhysicalResourceId: idOnFailure,
      ...ids,
    }),
  );
  await send(ResponseURL, JSON.stringify(response));
  return response.Reason;
}

/** Sends the response, without which CloudFormation waits for an hour. */
async function send(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(url, body);
    } catch (error) {
      if (attempt === SEND_ATTEMPTS) throw error;
      await new Promise((done) => setTimeout(done, 200 * 2 ** attempt));
    }
  }
}

/** The URL is presigned without a content type, so the header must be empty. */
async function put(url: string, body: string): Promise<void> {
  const headers = { 'content-type': '' };
  const response = await fetch(url, { method: 'PUT', headers, body, signal: AbortSignal.timeout(10_000) });
  if (response.status !== 200) throw new Error(`CloudFormation responded with status ${response.status}.`);
}
