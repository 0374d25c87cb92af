import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ProbeAnswer, ProbeRequest } from '../contract';

/** Invokes the probe in the VPC of a proxy, which reads through the proxy. */
export class ProxyReader {
  constructor(
    private readonly lambda: LambdaClient,
    private readonly functionArn: string,
  ) {}

  /** @throws if the probe cannot be invoked or fails, but not if the proxy fails */
  async read(request: ProbeRequest, abortSignal: AbortSignal): Promise<ProbeAnswer> {
    const { Payload, FunctionError } = await this.lambda.send(
      new InvokeCommand({ FunctionName: this.functionArn, Payload: Buffer.from(JSON.stringify(request)) }),
      { abortSignal },
    );
    if (FunctionError) throw new Error(`The probe failed: ${FunctionError}`);
    return JSON.parse(Buffer.from(Payload!).toString());
  }
}
