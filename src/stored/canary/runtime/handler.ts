import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { Canary } from './canary';
import { CLOCK } from './clock';
import { MediaCopy } from './media-copy';
import { ProxyReader } from './proxy-reader';
import { Telemetry } from './telemetry';
import { once } from '../../../private/runtime/once';
import { patience } from '../../../private/runtime/patience';
import { CanaryReport, CanarySettings, CopySettings, SETTINGS_VARIABLE } from '../contract';

/** A region that is gone must not take the time of the others. The SDK tries thrice. */
const PATIENCE = patience(10_000);
/** A probe may have to be started, in its VPC, and then waits for the proxy. */
const PROBE_PATIENCE = patience(25_000);

const telemetry = once(() => new Telemetry());

const probing = once(() => {
  const settings: CanarySettings = JSON.parse(process.env[SETTINGS_VARIABLE]!);
  const copy = (place: CopySettings) =>
    new MediaCopy(place, settings.folder, new S3Client({ region: place.region, requestHandler: PATIENCE }));
  return new Canary({
    ...settings,
    primary: copy(settings.primary),
    replicas: settings.replicas.map(({ watched, probe, ...place }) => ({
      copy: copy(place),
      watched,
      proxy: probe
        ? new ProxyReader(new LambdaClient({ region: place.region, requestHandler: PROBE_PATIENCE }), probe)
        : undefined,
    })),
    clock: CLOCK,
    notes: telemetry(),
  });
});

/** @returns what was found out, for whoever calls it by hand */
export async function canary(): Promise<CanaryReport> {
  const report = await probing().run();
  telemetry().ran(report);
  return report;
}
