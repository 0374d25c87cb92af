import { askOverHttp } from './meeting-api';
import { MeetingClient } from './meeting-client';

/** A page for the audience of the room `town-hall`: <audio>, <button id="hand">, <output>, and videos as they come. */
export function attend(url: string, token: string): MeetingClient {
  const status = document.querySelector('output')!;
  const hand = document.querySelector<HTMLButtonElement>('#hand')!;
  const videos = new Map<number, HTMLVideoElement>();

  const client = new MeetingClient({
    meeting: 'town-hall',
    ask: askOverHttp(url, () => ({ authorization: `Bearer ${token}` })),
    audioElement: document.querySelector('audio')!,
  });

  client.on('state', (state) => {
    status.value = state.name === 'waiting' && state.position ? `${state.position} people are waiting` : state.name;
  });
  client.on('stage', async (stage) => {
    status.value = stage.name;
    if (stage.name !== 'invited') return;
    if (!confirm('Go on the stage?')) return client.leaveStage();
    await client.useMicrophone({ echoCancellation: true });
    await client.useCamera({ facingMode: 'user' });
    await client.acceptInvitation();
  });
  client.on('video', ({ tileId }) => {
    if (videos.has(tileId)) return;
    const element = document.body.appendChild(document.createElement('video'));
    videos.set(tileId, element);
    client.bindVideo(tileId, element);
  });
  client.on('videoRemoved', ({ tileId }) => {
    videos.get(tileId)?.remove();
    videos.delete(tileId);
  });

  hand.onclick = () => client.raiseHand();
  void client.join();
  return client;
}
