import { Clock } from './clock';
import { Telemetry } from './telemetry';
import { CustomResourceEvent, respond } from '../../../private/runtime/custom-resource';
import { START_SECONDS, StartProperties } from '../contract';

export type StartEvent = CustomResourceEvent<StartProperties>;

/**
 * Counts a deployment as a run, and responds when alarms can read the data point. An alarm that is created afterwards
 * waits for the first run in the same way as for any other run.
 */
export async function start(
  event: StartEvent,
  telemetry: Pick<Telemetry, 'started'>,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  const id = event.PhysicalResourceId ?? event.LogicalResourceId;
  const work = async () => {
    if (event.RequestType !== 'Delete') {
      telemetry.started();
      await clock.sleep(START_SECONDS * 1000);
    }
    return id;
  };
  await respond(event, work, id);
}
