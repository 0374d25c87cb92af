import { RoomConfig } from '../../../src/live/meeting/contract';
import { capabilitiesOf, differs } from '../../../src/live/meeting/runtime/chime/capabilities';

const room = (config: Partial<RoomConfig>) => ({ participantsCanSend: false, ...config }) as RoomConfig;
const participant = { index: 0, kind: 'seat', role: 'participant' } as const;
const presenter = { ...participant, role: 'presenter' } as const;

describe('capabilitiesOf', () => {
  const all = (direction: string) => ({ Audio: direction, Video: direction, Content: direction });

  test.each([
    ['a presenter', presenter, {}, all('SendReceive')],
    ['a promoted participant', { ...participant, kind: 'stage' } as const, {}, all('SendReceive')],
    ['a participant', participant, {}, all('Receive')],
    ['a participant who can send', participant, { participantsCanSend: true }, all('SendReceive')],
    ['an attendee of a replica', { ...participant, index: 1 }, {}, undefined],
    [
      'a participant of a meeting without content',
      participant,
      { features: { contentMaxResolution: 'None' } },
      { ...all('Receive'), Content: 'None' },
    ],
    [
      'a presenter of a meeting with audio only',
      presenter,
      { features: { videoMaxResolution: 'None', contentMaxResolution: 'None' } },
      { Audio: 'SendReceive', Video: 'None', Content: 'None' },
    ],
    [
      'a presenter of a meeting with content but without video',
      presenter,
      { features: { videoMaxResolution: 'None' } },
      undefined,
    ],
  ] as const)('returns those of %s', (_, role, config, expected) => {
    expect(capabilitiesOf(room(config), role)).toEqual(expected);
  });

  test('differ in any medium, unless they are not known', () => {
    const receive = capabilitiesOf(room({}), participant)!;
    expect(differs({ ...receive, Content: 'SendReceive' }, receive)).toBe(true);
    expect(differs({ ...receive }, receive)).toBe(false);
    expect(differs(undefined, receive)).toBe(false);
    expect(differs(receive, undefined)).toBe(false);
  });
});
