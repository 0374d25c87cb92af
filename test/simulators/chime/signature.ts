import { FrontDoorError } from './errors';
import { isControlRegion } from './regions';
import { parseAuthorization } from '../common/signature';

/** The control region in the signature of a request. The signature itself is not verified. */
export function signedRegion(authorization: string | undefined): string {
  if (!authorization) {
    throw new FrontDoorError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const signed = parseAuthorization(authorization);
  if (!signed) {
    throw new FrontDoorError(
      'IncompleteSignatureException',
      'The Authorization header does not have the form of an AWS4-HMAC-SHA256 signature.',
    );
  }
  const { region, service } = signed;
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
