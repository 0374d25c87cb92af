import { AccessSettings } from './contract';

/** Options of `LinkAccess`. */
export interface LinkAccessOptions {
  /**
   * The scopes that allow reading. A token needs one of them to get links for reading.
   *
   * @default - none; every caller with a valid token
   */
  readonly readScopes?: string[];

  /**
   * The scopes that allow uploads. A token needs one of them to get links for uploads. Requires `uploads: true`.
   *
   * @default - none; no upload links over HTTP
   */
  readonly uploadScopes?: string[];
}

/**
 * Specifies which objects callers of the HTTP API get links to. Callers that invoke the function
 * (`grantInvoke`) are trusted servers, which get links to every object.
 */
export class LinkAccess {
  /**
   * Callers get links only to objects under a prefix that contains a claim of their token. Requires
   * `HttpAuthorizer.jwt()`.
   *
   * The router refuses other keys, and signs links with credentials that S3 limits to the prefix. A token is refused
   * unless the claim is a single value of 1 to 128 letters, digits and `- _ . @ : + =`.
   *
   * @param claim the name of the claim, for example `custom:tenant`
   * @param prefix the prefix of keys, with `{claim}` as the placeholder for the claim's value: `tenants/{claim}/`
   * @param options the scopes that tokens need
   */
  public static byClaim(claim: string, prefix: string, options: LinkAccessOptions = {}): LinkAccess {
    return new LinkAccess({ ...options, byClaim: [claim, prefix] });
  }

  /**
   * Every caller that the authorizer accepts can get links to every object.
   *
   * @param options the scopes that tokens need
   */
  public static all(options: LinkAccessOptions = {}): LinkAccess {
    return new LinkAccess(options);
  }

  private constructor(
    /** @internal */
    public readonly _settings: AccessSettings,
  ) {}
}
