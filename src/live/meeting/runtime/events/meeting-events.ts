import { EVENT } from '../../contract';

/** What happened in a meeting. The docs describe the details of each type. */
export interface MeetingEvent {
  readonly type: (typeof EVENT)[keyof typeof EVENT];
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Session {
  readonly index: number;
  readonly mediaRegion: string;
}

export const started = (sessions: readonly Session[]): MeetingEvent => ({
  type: EVENT.started,
  detail: { sessions: sessions.map(aboutSession) },
});

export const replicasAdded = (sessions: readonly Session[]): MeetingEvent => ({
  type: EVENT.replicasAdded,
  detail: { sessions: sessions.map(aboutSession) },
});

export const endingSoon = (reason: string, endsAt: number): MeetingEvent => ({
  type: EVENT.endingSoon,
  detail: { reason, endsAt: new Date(endsAt).toISOString() },
});

export const generationChanged = (from: number, to: number, endsAt: number): MeetingEvent => ({
  type: EVENT.generationChanged,
  detail: { from, to, endsAt: new Date(endsAt).toISOString() },
});

export const ended = (by: 'host' | 'itself'): MeetingEvent => ({ type: EVENT.ended, detail: { by } });

export const handRaised = (externalUserId: string): MeetingEvent => ({
  type: EVENT.handRaised,
  detail: { externalUserId },
});

export const promoted = (externalUserId: string): MeetingEvent => ({
  type: EVENT.promoted,
  detail: { externalUserId },
});

export const demoted = (externalUserId: string): MeetingEvent => ({ type: EVENT.demoted, detail: { externalUserId } });

export const removed = (externalUserId: string, banned: boolean): MeetingEvent => ({
  type: EVENT.removed,
  detail: { externalUserId, banned },
});

function aboutSession({ index, mediaRegion }: Session): Session {
  return { index, mediaRegion };
}
