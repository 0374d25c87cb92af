import { ServiceError } from './errors';
import { Requests } from './requests';
import { fingerprint } from '../common/requests';

type Request = Requests['CreateJob'];

/** What the tokens of requests stand for. */
export class TokenLedger {
  private readonly entries = new Map<string, { readonly fingerprint: string; readonly jobId: string }>();

  /** The job that the token of a request made before, if any. */
  find(request: Request): string | undefined {
    const entry = this.entries.get(request.ClientRequestToken!);
    if (entry && entry.fingerprint !== fingerprint(request)) {
      throw new ServiceError('IdempotencyException', 'The ClientRequestToken was used with other parameters');
    }
    return entry?.jobId;
  }

  remember(request: Request, jobId: string): void {
    this.entries.set(request.ClientRequestToken!, { fingerprint: fingerprint(request), jobId });
  }
}
