import type { IncomingMessage } from 'node:http';
import { Call } from './common/call';
import { SimulatedClock } from './common/clock';
import { ApiError } from './common/errors';
import { Faults } from './common/faults';
import { type Answer, type Arrival, Gateway } from './common/gateway';
import { ServiceModel } from './common/model';
import { SeededRandom } from './common/random';
import { Simulator } from './common/simulator';

type Read = Call<'Read'>;

const MODEL = new ServiceModel({ Read: { http: 'GET /', errors: ['Missing'] } }, ['Busy']);

const refusal = (name: string, modelled = true) => new ApiError(name, 400, 'On purpose', modelled);

/** An API that fails its calls, or the requests that come without a query. */
class Refusing extends Gateway<Read> {
  constructor(private readonly error: Error) {
    super(MODEL, SimulatedClock.frozen(0), new Faults<Read>(MODEL, new SeededRandom('')));
  }

  protected newRequestId(): string {
    return 'id';
  }

  protected receive({ url = '' }: IncomingMessage): Arrival<Read> {
    if (!url.includes('?')) throw this.error;
    return { operation: 'Read', request: {} };
  }

  protected apply(): Answer {
    throw this.error;
  }

  protected refuse({ message, name, status }: ApiError, requestId: string): Answer {
    return { status, headers: { requestId }, body: `${name}: ${message}` };
  }
}

class Api extends Simulator<Read> {
  static async answer(path: string, error: Error): Promise<[number, string]> {
    const api = await new Api(new Refusing(error)).listen();
    try {
      const response = await fetch(`http://127.0.0.1:${api.port}${path}`);
      expect(api.calls).toHaveLength(path === '/' ? 0 : 1);
      return [response.status, await response.text()];
    } finally {
      await api.stop();
    }
  }
}

describe('Gateway', () => {
  test.each([
    ['its own', refusal('Missing')],
    ['every operation', refusal('Busy')],
    ['what stands in front', refusal('Denied', false)],
  ])('answers with an error of %s', async (_, error) => {
    expect(await Api.answer('/?read', error)).toEqual([400, `${error.name}: On purpose`]);
  });

  test('answers what reaches no operation with its error', async () => {
    expect(await Api.answer('/', refusal('Unsigned', false))).toEqual([400, 'Unsigned: On purpose']);
  });

  test('tells of an error that the model does not give the operation, and of any other, as a defect', async () => {
    expect(await Api.answer('/?read', refusal('Full'))).toEqual([
      500,
      'SimulatorDefect: Error: The model has no Full for Read: On purpose',
    ]);
    expect(await Api.answer('/', new TypeError('no'))).toEqual([500, 'SimulatorDefect: TypeError: no']);
  });
});
