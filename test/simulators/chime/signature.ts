import { FrontDoorError } from './errors';
import { isControlRegion } from './regions';

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=[^/\s,]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=[^,\s]+,\s*Signature=[0-9a-f]{64}$/;

/** The control region that a request was signed for. The signature itself is not verified. */
export function signedRegion(authorization: string | undefined): string {
  if (!authorization) {
    throw new FrontDoorError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const match = HEADER.exec(authorization);
  if (!match) {
    throw new FrontDoorError(
      'IncompleteSignatureException',
      'The Authorization header does not have the form of an AWS4-HMAC-SHA256 signature.',
    );
  }
  const [, region, service] = match;
  if (service !== 'chime') {
    throw new FrontDoorError('InvalidSignatureException', "Credential should be scoped to correct service: 'chime'.");
  }
  if (!isControlRegion(region)) {
    throw new FrontDoorError(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${region}'.`,
    );
  }
  return region;
}
