/** Options of the authorization by JSON Web Tokens. */
export interface JwtAuthorizerOptions {
  /** The issuer of the tokens (claim `iss`), which must provide an OpenID Connect discovery document. */
  readonly issuer: string;

  /** The accepted audiences: the claim `aud` or `client_id` of a token must be one of these. */
  readonly audience: string[];

  /**
   * The location of the token in a request. A browser cannot send headers for `<img src>`: use a query parameter for
   * that (`$request.querystring.token`).
   *
   * @default '$request.header.Authorization'
   */
  readonly identitySource?: string;
}

/** How an HTTP API authorizes callers. */
export class HttpAuthorizer {
  /** By IAM: callers sign their requests with AWS credentials, and need a grant (`grantInvoke`). */
  public static iam(): HttpAuthorizer {
    return new HttpAuthorizer();
  }

  /** By JSON Web Tokens, which API Gateway verifies. Every caller with a valid token may call the API. */
  public static jwt(options: JwtAuthorizerOptions): HttpAuthorizer {
    return new HttpAuthorizer(options);
  }

  private constructor(
    /** @internal */
    public readonly _jwt?: JwtAuthorizerOptions,
  ) {}
}
