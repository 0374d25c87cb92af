/** Sends a request to the audience function. Resolves with its response, or throws a {@link MeetingError}. */
export type Ask = (request: { readonly operation: string } & Record<string, unknown>) => Promise<any>;

/** An error of the service: docs/live/meeting-api.md lists the codes. */
export class MeetingError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfterSeconds?: number,
    /** The place among the users who wait for a seat. */
    readonly position?: number,
  ) {
    super(message);
  }
}

/** The responses of the Chime API, which the client library takes unchanged. */
export interface Attendee {
  readonly AttendeeId: string;
  readonly ExternalUserId: string;
  readonly JoinToken: string;
}

/** The response of JoinMeeting. */
export interface Seat {
  readonly Meeting: { readonly MeetingId: string } & Record<string, unknown>;
  readonly Attendee: Attendee;
  readonly session: { readonly kind: 'primary' | 'replica'; readonly mediaRegion: string; readonly index: number };
  readonly generation: number;
  /** When Amazon Chime SDK ends the session. The next generation is running ten minutes earlier. */
  readonly endsAt?: string;
}

export interface Promotion {
  readonly Attendee: Attendee;
  readonly PrimaryMeetingId: string;
}

/** The response of GetStage. */
export type StageAnswer =
  | {
      readonly state: 'promoted';
      readonly promotion: Promotion;
      readonly accepted: boolean;
      readonly expiresAt?: string;
      readonly retryAfterSeconds: number;
    }
  | {
      readonly state: 'handRaised';
      readonly raisedAt: string;
      readonly position: number;
      readonly retryAfterSeconds: number;
    }
  | { readonly state: 'none' };

export interface JoinOptions {
  readonly role?: 'participant' | 'presenter';
  /** The media region nearest to the user. */
  readonly mediaRegion?: string;
}

/** The operations of the audience. */
export class MeetingApi {
  constructor(
    private readonly ask: Ask,
    private readonly meeting: string,
  ) {}

  join(options: JoinOptions): Promise<Seat> {
    return this.send('JoinMeeting', options);
  }

  leave(): Promise<void> {
    return this.send('LeaveMeeting');
  }

  raiseHand(): Promise<void> {
    return this.send('RaiseHand');
  }

  lowerHand(): Promise<void> {
    return this.send('LowerHand');
  }

  getStage(): Promise<StageAnswer> {
    return this.send('GetStage');
  }

  acceptPromotion(): Promise<Promotion> {
    return this.send('AcceptPromotion');
  }

  declinePromotion(): Promise<void> {
    return this.send('DeclinePromotion');
  }

  private send(operation: string, options: object = {}): Promise<any> {
    return this.ask({ operation, meeting: this.meeting, ...options });
  }
}

/**
 * Asks the HTTP API of the service.
 * @param url the URL of `POST /audience`
 * @param headers returns the headers that authorize the user
 */
export function askOverHttp(url: string, headers: () => Record<string, string> = () => ({})): Ask {
  return async (request) => {
    const response = await fetch(url, { method: 'POST', headers: headers(), body: JSON.stringify(request) });
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    const { code = codeOf(response.status), message = '', retryAfterSeconds, position } = body;
    throw new MeetingError(code, message, retryAfterSeconds, position);
  };
}

/** API Gateway's own errors have no code. */
function codeOf(status: number): string {
  if (status === 429) return 'Throttled';
  return status >= 500 ? 'ServiceUnavailable' : 'NotAllowed';
}
