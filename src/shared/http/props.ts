import * as logs from 'aws-cdk-lib/aws-logs';
import { HttpAuthorizer } from './http-authorizer';

/** Options of an HTTP API. */
export interface HttpApiOptions {
  /** How the API authorizes callers. */
  readonly authorizer: HttpAuthorizer;

  /**
   * The origins of websites that may call the API from a browser (CORS), for example `https://www.example.com`.
   *
   * @default - no CORS
   */
  readonly allowOrigins?: string[];

  /**
   * The number of requests per second that the API accepts from all callers together.
   *
   * @default 500
   */
  readonly throttlingRateLimit?: number;

  /**
   * The number of requests that the API accepts in a burst.
   *
   * @default 1000
   */
  readonly throttlingBurstLimit?: number;

  /**
   * The retention of the access log. It contains the subject and the address of each caller, but no query strings and no
   * headers.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly accessLogRetention?: logs.RetentionDays;
}
