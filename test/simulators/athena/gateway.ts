import type { IncomingMessage } from 'node:http';
import { FrontDoorError } from './errors';
import { AthenaWorld, HANDLERS, MODEL, OperationName, OPERATIONS } from './operations';
import { Call as CommonCall } from '../common/call';
import { SimulatedClock } from '../common/clock';
import { ApiError } from '../common/errors';
import { Faults } from '../common/faults';
import { Answer, Arrival, Gateway } from '../common/gateway';
import { SeededRandom } from '../common/random';
import { parseAuthorization } from '../common/signature';
import { Principal } from '../iam';

export interface Call extends CommonCall<OperationName> {
  readonly region: string;
  readonly principal?: Principal;
}

/** Takes requests in the JSON protocol to the operations. */
export class AthenaGateway extends Gateway<Call> {
  constructor(
    private readonly world: AthenaWorld,
    private readonly principalOf: (accessKeyId: string) => Principal | undefined,
    clock: SimulatedClock,
    faults: Faults<Call>,
    private readonly requestIds: SeededRandom,
  ) {
    super(MODEL, clock, faults);
  }

  protected newRequestId(): string {
    return this.requestIds.uuid();
  }

  protected receive({ headers }: IncomingMessage, body: string): Arrival<Call> {
    const authorization = headers.authorization ?? '';
    const signed = parseAuthorization(authorization);
    if (signed?.service !== 'athena') {
      throw new FrontDoorError('InvalidSignatureException', 'The request is not signed for Athena');
    }
    const [, operation = ''] = String(headers['x-amz-target']).split('AmazonAthena.');
    if (!(operation in OPERATIONS)) {
      throw new FrontDoorError('UnknownOperationException', `${operation} is not simulated`);
    }
    const [, accessKeyId] = /Credential=([^/]+)/.exec(authorization)!;
    return {
      operation: operation as OperationName,
      request: JSON.parse(body),
      region: signed.region,
      principal: this.principalOf(accessKeyId),
    };
  }

  protected apply({ operation, request, ...caller }: Call, requestId: string): Answer {
    return answer(200, requestId, HANDLERS[operation](this.world, request, caller));
  }

  protected refuse({ name, message, status }: ApiError, requestId: string): Answer {
    return answer(status, requestId, { __type: name, Message: message });
  }
}

function answer(status: number, requestId: string, body: object): Answer {
  const headers = { 'x-amzn-requestid': requestId, 'content-type': 'application/x-amz-json-1.1' };
  return { status, headers, body: JSON.stringify(body) };
}
