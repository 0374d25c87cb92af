import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { Canary } from './canary';
import { CLOCK } from './clock';
import { MediaCopy } from './media-copy';
import { ProxyReader } from './proxy-reader';
import { start, StartEvent } from './start';
import { Telemetry } from './telemetry';
import { once } from '../../../private/runtime/once';
import { patience } from '../../../private/runtime/patience';
import { CanaryReport, CanarySettings, CopySettings, SETTINGS_VARIABLE } from '../contract';

/** An unavailable region must not use up the time of the others. The SDK makes up to three attempts. */
const S3_TIMEOUTS = patience(10_000);
/** The probe may need a cold start in its VPC before it waits for the proxy. */
const PROBE_TIMEOUTS = patience(25_000);

const telemetry = once(() => new Telemetry());

const configuredCanary = once(() => {
  const settings: CanarySettings = JSON.parse(process.env[SETTINGS_VARIABLE]!);
  const copy = ([region, bucket]: CopySettings) =>
    new MediaCopy({ region, bucket }, settings.folder, new S3Client({ region, requestHandler: S3_TIMEOUTS }));
  const { partition, functionName } = settings.probes;
  const proxy = (region: string, account: string) =>
    new ProxyReader(
      new LambdaClient({ region, requestHandler: PROBE_TIMEOUTS }),
      `arn:${partition}:lambda:${region}:${account}:function:${functionName}`,
    );
  return new Canary({
    ...settings,
    primary: copy(settings.primary),
    replicas: settings.replicas.map(([region, bucket, watched, probeAccount]) => ({
      copy: copy([region, bucket]),
      watched: watched === 1,
      proxy: probeAccount ? proxy(region, probeAccount) : undefined,
    })),
    clock: CLOCK,
    listener: telemetry(),
  });
});

/**
 * Invoked by the schedule, by operators, and by CloudFormation.
 *
 * @returns the results of the run, for manual invocations
 */
export async function canary(event?: object | null): Promise<CanaryReport | undefined> {
  if (event && 'RequestType' in event) {
    await start(event as StartEvent, telemetry(), CLOCK);
    return undefined;
  }
  const report = await configuredCanary().run();
  telemetry().completed(report);
  return report;
}
