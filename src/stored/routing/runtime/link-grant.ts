import { LinkCredentials } from './links';
import { MediaCopy } from './media-copy';
import { Limits, LinksRequest } from './request';

/** What a caller can get links for. */
export interface LinkGrant {
  /** Returns the limits of the caller's requests, which can be lower than those of the router. */
  limits(limits: Limits): Limits;

  /**
   * Returns the request with the changes that this grant requires.
   *
   * @param field the path of an object's key in the request
   * @throws NotAllowed if the caller has no permission for a part of the request
   */
  admit(request: LinksRequest, field: (index: number) => string): LinksRequest;

  /** Returns the credentials that sign links to these copies. */
  credentials(request: LinksRequest, copies: readonly MediaCopy[]): Promise<LinkCredentials>;
}

/** The grant of servers that invoke the function: they authorize their users themselves. */
export function everything(credentials: () => Promise<LinkCredentials>): LinkGrant {
  return { limits: (limits) => limits, admit: (request) => request, credentials };
}
