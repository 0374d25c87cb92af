import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ProbeAnswer, ProbeRequest } from '../contract';

/** Has a probe in the VPC of a proxy read through it. */
export class ProxyReader {
  constructor(
    private readonly lambda: LambdaClient,
    private readonly functionArn: string,
  ) {}

  /** @throws if the probe can't be called or fails itself; not if the proxy does */
  async read(request: ProbeRequest, abortSignal: AbortSignal): Promise<ProbeAnswer> {
    const { Payload, FunctionError } = await this.lambda.send(
      new InvokeCommand({ FunctionName: this.functionArn, Payload: Buffer.from(JSON.stringify(request)) }),
      { abortSignal },
    );
    if (FunctionError) throw new Error(`The probe failed: ${FunctionError}`);
    return JSON.parse(Buffer.from(Payload!).toString());
  }
}
