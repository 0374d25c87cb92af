import { JoinRequest } from './seats/joining';
import { ValidationError } from '../../../private/validation-error';
import { isUserId, MAX_BATCH, MEETING_NAME, USER_ID_RULE } from '../contract';
import { MEDIA_REGIONS } from '../regions';

export type Fields = Readonly<Record<string, unknown>>;

export function meetingOf({ meeting }: Fields): string {
  if (typeof meeting !== 'string' || !MEETING_NAME.test(meeting)) {
    throw new ValidationError('meeting', meeting, 'the name of a meeting: 2 to 64 letters, digits, - and _');
  }
  return meeting;
}

export function userOf(fields: Fields, prefix = ''): string {
  const { externalUserId: user } = fields;
  if (!isUserId(user)) throw new ValidationError(`${prefix}externalUserId`, user, USER_ID_RULE);
  return user;
}

export function joinRequestOf(fields: Fields): JoinRequest {
  const role = fields.role ?? 'participant';
  if (role !== 'participant' && role !== 'presenter') {
    throw new ValidationError('role', role, 'participant or presenter');
  }
  return { ...userAndRegionOf(fields), role };
}

export function batchOf({ participants }: Fields): JoinRequest[] {
  if (!Array.isArray(participants) || participants.length > MAX_BATCH) {
    throw new ValidationError('participants', participants, `a list of up to ${MAX_BATCH} participants`);
  }
  return participants.map((participant: unknown, index) => {
    const prefix = `participants[${index}]`;
    if (typeof participant !== 'object' || participant === null) {
      throw new ValidationError(prefix, participant, 'an object');
    }
    return { ...userAndRegionOf(participant as Fields, `${prefix}.`), role: 'participant' };
  });
}

export function banOf(fields: Fields): boolean {
  const ban = fields.ban ?? false;
  if (typeof ban !== 'boolean') throw new ValidationError('ban', ban, 'true or false');
  return ban;
}

function userAndRegionOf(fields: Fields, prefix = ''): Pick<JoinRequest, 'externalUserId' | 'mediaRegion'> {
  const externalUserId = userOf(fields, prefix);
  const mediaRegion = fields.mediaRegion ?? undefined;
  if (mediaRegion !== undefined && !MEDIA_REGIONS.includes(mediaRegion as string)) {
    throw new ValidationError(`${prefix}mediaRegion`, mediaRegion, `one of ${MEDIA_REGIONS.join(', ')}`);
  }
  return { externalUserId, mediaRegion: mediaRegion as string | undefined };
}
