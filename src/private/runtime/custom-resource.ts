import { request } from 'node:https';

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
export interface CustomResourceAnswer {
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

/** The response to an event. A failure's reason is truncated to fit. */
export function answerTo(
  { StackId, RequestId, LogicalResourceId }: CustomResourceEvent<unknown>,
  PhysicalResourceId: string,
  failure?: string,
): CustomResourceAnswer {
  const outcome =
    failure === undefined
      ? { Status: 'SUCCESS' as const }
      : { Status: 'FAILED' as const, Reason: failure.slice(0, MAX_REASON) };
  return { ...outcome, PhysicalResourceId, StackId, RequestId, LogicalResourceId };
}

/**
 * Runs the work and returns the response for CloudFormation.
 *
 * @param work returns the physical ID
 * @param idOnFailure the physical ID if the work fails. CloudFormation passes it to the Delete request that follows.
 */
export async function answerOf(
  event: CustomResourceEvent<unknown>,
  work: () => Promise<string>,
  idOnFailure: string,
): Promise<CustomResourceAnswer> {
  try {
    return answerTo(event, await work());
  } catch (error) {
    return answerTo(event, idOnFailure, (error as Error).message);
  }
}

/** Sends the response, without which CloudFormation waits for an hour. */
export async function sendAnswer(url: string, answer: CustomResourceAnswer): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(url, JSON.stringify(answer));
    } catch (error) {
      if (attempt === SEND_ATTEMPTS) throw error;
      await new Promise((done) => setTimeout(done, 200 * 2 ** attempt));
    }
  }
}

/** The URL is presigned without a content type, so the header must be empty. */
function put(url: string, body: string): Promise<void> {
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', headers, timeout: 10_000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`CloudFormation responded with status ${response.statusCode}.`));
    });
    sent.on('timeout', () => sent.destroy(new Error('CloudFormation did not respond.')));
    sent.on('error', reject);
    sent.end(body);
  });
}
