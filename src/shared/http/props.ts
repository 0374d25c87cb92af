import * as logs from 'aws-cdk-lib/aws-logs';
import { HttpAuthorizer } from './http-authorizer';

/** How an HTTP API is made. */
export interface HttpApiOptions {
  /** Who may call. */
  readonly authorizer: HttpAuthorizer;

  /**
   * Web sites whose pages may call: `https://www.example.com`.
   *
   * @default - none
   */
  readonly allowOrigins?: string[];

  /**
   * How many requests per second are let through, of all callers together.
   *
   * @default 500
   */
  readonly throttlingRateLimit?: number;

  /**
   * How many requests may come at once.
   *
   * @default 1000
   */
  readonly throttlingBurstLimit?: number;

  /**
   * How long the access log is kept. It holds no query and no header.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly accessLogRetention?: logs.RetentionDays;
}
