/** What an HTTP API checks before it calls the service behind it. */
export interface JwtAuthorizerOptions {
  /** Who issues the tokens: the `iss` of the token, with its OpenID Connect discovery document. */
  readonly issuer: string;

  /** For whom the tokens are issued: the `aud` or `client_id` of a token must be one of these. */
  readonly audience: string[];

  /**
   * Where the token is in a request. A browser can't send a header for `<img src>`; for that, name a query parameter
   * (`$request.querystring.token`).
   *
   * @default '$request.header.Authorization'
   */
  readonly identitySource?: string;
}

/** Who may call an HTTP API. */
export class HttpAuthorizer {
  /** Callers sign their requests with credentials of AWS, and need a grant (`grantInvoke`). */
  public static iam(): HttpAuthorizer {
    return new HttpAuthorizer();
  }

  /** Callers send a JSON Web Token, which API Gateway verifies. Whoever has one may call. */
  public static jwt(options: JwtAuthorizerOptions): HttpAuthorizer {
    return new HttpAuthorizer(options);
  }

  private constructor(
    /** @internal */
    public readonly _jwt?: JwtAuthorizerOptions,
  ) {}
}
