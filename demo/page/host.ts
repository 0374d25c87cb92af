import { byId, create, log, row, seconds, setText, valuesOf } from './dom';
import { send } from './requests';
import { HostedEvent, STAGE_NEWS, StageNews } from '../contract';

const REFRESH_MS = 2000;
const STATES: Record<string, string> = { live: 'running', ended: 'not running' };

/** Where a user is after an operation, as the user's window reports it. */
const RESULTS: Record<string, { readonly stage: string; readonly text: string }> = {
  PromoteAttendee: { stage: 'onStage', text: 'on the stage' },
  DemoteAttendee: { stage: 'audience', text: 'in the audience' },
};

/** The page of a host: what the service says about the room that is selected, and the events of EventBridge. */
export function initHost(): void {
  const view = new HostView(byId<HTMLFormElement>('join').meeting);
  view.start();
}

class HostView {
  /** The last operation for each user, until the user's window reports its result. */
  private readonly pending = new Map<string, { readonly operation: string; readonly since: number }>();
  private events: HostedEvent[] = [];

  constructor(private readonly room: HTMLSelectElement) {}

  start(): void {
    this.room.onchange = () => this.showEvents();
    byId('start').onclick = () => this.act('StartMeeting');
    byId('end').onclick = () => this.act('EndMeeting');
    const form = byId<HTMLFormElement>('moderate');
    form.onsubmit = async (event) => {
      event.preventDefault();
      const { user, ban } = valuesOf(form);
      const { value: operation } = event.submitter as HTMLButtonElement;
      await this.act(operation, user, operation === 'RemoveAttendee' ? { ban: ban === 'on' } : {});
    };
    new EventSource('/events').onmessage = ({ data }) => {
      this.events.push(JSON.parse(data));
      this.showEvents();
    };
    new BroadcastChannel(STAGE_NEWS).onmessage = ({ data }) => this.time(data);
    void this.keepFresh();
  }

  private async keepFresh(): Promise<void> {
    for (;;) {
      if (!document.hidden) await this.refresh().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    }
  }

  private async refresh(): Promise<void> {
    const meeting = this.room.value;
    const description = await send('/host', { operation: 'DescribeMeeting', meeting });
    const { state, generation, sessions = [], stage } = description;
    const hands = state === 'live' ? (await send('/host', { operation: 'ListHands', meeting })).hands : [];
    if (meeting !== this.room.value) return;
    const places = stage ? `, ${stage.placesUsed} of ${stage.places} places on the stage are used` : '';
    setText(byId('meeting'), `The meeting is ${STATES[state] ?? state} (generation ${generation ?? 0})${places}.`);
    byId('sessions').replaceChildren(
      ...sessions.map(({ kind, index, mediaRegion, seatsUsed, seats }: any) =>
        row(kind === 'primary' ? 'Primary' : `Replica ${index}`, mediaRegion, `${seatsUsed} of ${seats}`),
      ),
    );
    const names: string[] = hands.map(({ externalUserId }: any) => externalUserId);
    this.showPeople(byId('hands'), names, { Promote: 'PromoteAttendee', Remove: 'RemoveAttendee' });
  }

  private async act(operation: string, externalUserId?: string, more: object = {}): Promise<void> {
    setText(byId('host-error'), '');
    const since = performance.now();
    if (externalUserId) this.pending.set(externalUserId, { operation, since });
    try {
      await send('/host', { operation, meeting: this.room.value, externalUserId, ...more });
      log(byId('switches'), `Host, ${operation}: ${seconds(performance.now() - since)}`);
      await this.refresh();
    } catch (error) {
      setText(byId('host-error'), (error as Error).message);
    }
  }

  /** The time from the host's click until the user's window reports the result. */
  private time({ user, stage }: StageNews): void {
    const { operation, since } = this.pending.get(user) ?? { operation: '', since: 0 };
    const result = RESULTS[operation];
    if (stage !== result?.stage) return;
    log(byId('switches'), `${user} is ${result.text} after the host's click: ${seconds(performance.now() - since)}`);
    this.pending.delete(user);
  }

  private showEvents(): void {
    const own = this.events.filter(({ detail }) => detail.meeting === this.room.value);
    byId('events').replaceChildren(
      ...own
        .map(({ time, detailType, detail }) =>
          create(
            'li',
            {},
            `${new Date(time).toLocaleTimeString('en-GB')} ${detailType} ${detail.externalUserId ?? ''}`,
          ),
        )
        .reverse(),
    );
    const promoted = new Set<string>();
    for (const { detailType, detail } of own) {
      if (detailType === 'Attendee Promoted') promoted.add(detail.externalUserId!);
      else if (detail.externalUserId) promoted.delete(detail.externalUserId);
      else if (detailType === 'Meeting Ended') promoted.clear();
    }
    this.showPeople(byId('on-stage'), [...promoted], { Demote: 'DemoteAttendee', Remove: 'RemoveAttendee' });
  }

  /** Updates a list in place, so that a button with the focus keeps it. */
  private showPeople(list: HTMLElement, users: readonly string[], actions: Readonly<Record<string, string>>): void {
    const items = new Map([...list.children].map((item) => [(item as HTMLElement).dataset.user, item]));
    for (const [user, item] of items) if (!users.includes(user!)) item.remove();
    for (const user of users.filter((name) => !items.has(name))) {
      const buttons = Object.entries(actions).map(([text, operation]) =>
        create(
          'button',
          { type: 'button', ariaLabel: `${text} ${user}`, onclick: () => this.act(operation, user) },
          text,
        ),
      );
      const item = create('li', {}, create('span', {}, user), ...buttons);
      item.dataset.user = user;
      list.append(item);
    }
  }
}
