import { ServiceError } from './errors';
import { MeetingRecord } from './records';
import { Requests } from './requests';
import { Behaviour } from './settings';
import { fingerprint } from '../common/requests';

type TokenRequest = Requests['CreateMeeting'];

interface Entry {
  readonly fingerprint: string;
  readonly meeting: MeetingRecord;
  readonly answer: object;
}

/** Remembers the request tokens of each control region, with their meetings. */
export class TokenLedger {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly behaviour: Behaviour) {}

  /** The earlier result for the token of a request, if any. */
  find(
    request: TokenRequest,
    region: string,
  ): { parameters: 'same' | 'other'; meeting: MeetingRecord; answer: object } | undefined {
    const entry = this.entries.get(key(request, region));
    if (!entry) return undefined;
    const ended = entry.meeting.endedAt !== undefined;
    if (ended && this.behaviour.tokenOfEndedMeeting === 'new-meeting') return undefined;
    const parameters = entry.fingerprint === fingerprint(request) ? 'same' : 'other';
    if (parameters === 'other' && this.behaviour.reusedToken === 'conflict') {
      throw new ServiceError('ConflictException', 'The ClientRequestToken was used with other parameters');
    }
    return { parameters, meeting: entry.meeting, answer: entry.answer };
  }

  remember(request: TokenRequest, meeting: MeetingRecord, answer: object): void {
    this.entries.set(key(request, meeting.controlRegion), { fingerprint: fingerprint(request), meeting, answer });
  }
}

const key = ({ ClientRequestToken }: TokenRequest, region: string) => `${region}/${ClientRequestToken}`;
