import { Call } from './common/call';
import { ApiError } from './common/errors';
import { Fault, Faults, type Target } from './common/faults';
import { ServiceModel } from './common/model';
import { SeededRandom } from './common/random';

type Name = 'Get' | 'Put' | 'Delete';

const MODEL = new ServiceModel<Name>({
  Get: { http: 'GET /', errors: ['Busy', 'Full'] },
  Put: { http: 'PUT /', errors: ['Busy', 'Full'] },
  Delete: { http: 'DELETE /', errors: ['Busy', 'Full'] },
});

class Outage extends Fault {
  static of(name: 'Busy' | 'Full'): Fault {
    return Outage.answer(new ApiError(name, 503, 'On purpose', true));
  }
}

describe('Faults', () => {
  let faults: Faults<Call<Name>>;

  const strike = (operation: Name = 'Get', request = {}) =>
    faults.strike({ index: 0, operation, request, at: 0, status: 0, answered: false });
  const struck = (operation?: Name, request?: object) => {
    const { effect } = strike(operation, request);
    return effect?.kind === 'error' ? effect.error.name : effect?.kind;
  };
  const struckOf = (count: number) => Array.from({ length: count }, () => struck());
  const inject = (target?: Target<Call<Name>>) => faults.inject(Outage.of('Busy'), target);

  beforeEach(() => {
    faults = new Faults(MODEL, new SeededRandom('faults'));
  });

  test('hit one call if nothing else is said', () => {
    const fault = inject();
    expect(struckOf(3)).toEqual(['Busy', undefined, undefined]);
    expect(fault.hits).toBe(1);
  });

  test('hit as many as asked for, after those that are spared', () => {
    const fault = inject({ skip: 1, times: 2 });
    expect(struckOf(5)).toEqual([undefined, 'Busy', 'Busy', undefined, undefined]);
    expect(fault.hits).toBe(2);
  });

  test('hit the operations that are named, and count only these', () => {
    inject({ operation: ['Get', 'Delete'], skip: 1 });
    expect([struck('Put'), struck('Get'), struck('Put'), struck('Delete'), struck('Get')]).toEqual([
      ...[undefined, undefined, undefined],
      'Busy',
      undefined,
    ]);
    inject({ operation: 'Put' });
    expect([struck('Get'), struck('Put')]).toEqual([undefined, 'Busy']);
  });

  test('hit the calls that a condition picks, and count only these', () => {
    inject({ when: ({ request }) => request.room === 'bad', skip: 1 });
    const rooms = ['bad', 'good', 'bad', 'bad'];
    expect(rooms.map((room) => struck('Get', { room }))).toEqual([undefined, undefined, 'Busy', undefined]);
  });

  test('hit at a rate, without limit unless one is given', () => {
    const half = inject({ rate: 0.5 });
    struckOf(1000);
    expect(half.hits).toBeGreaterThan(400);
    expect(half.hits).toBeLessThan(600);
    half.remove();

    const never = inject({ rate: 0 });
    expect(struckOf(3)).toEqual([undefined, undefined, undefined]);
    never.remove();
    inject({ rate: 1, times: 2 });
    expect(struckOf(3)).toEqual(['Busy', 'Busy', undefined]);
  });

  test('hit until they are removed', () => {
    const fault = inject({ times: Infinity });
    const other = faults.inject(Outage.of('Full'), { times: Infinity });
    expect(struckOf(1)).toEqual(['Busy']);
    fault.remove();
    expect(struckOf(2)).toEqual(['Full', 'Full']);
    faults.clear();
    expect(struckOf(1)).toEqual([undefined]);
    expect([fault.hits, other.hits]).toEqual([1, 2]);
  });

  test('hit one at a time, in the order in which they were injected, while latency adds up', () => {
    faults.inject(Fault.latency(40));
    inject();
    faults.inject(Fault.lostAnswer());
    faults.inject(Fault.latency(2));
    expect(strike()).toMatchObject({ latency: 42, effect: { error: { name: 'Busy' } } });
    expect(strike()).toEqual({ latency: 0, effect: { kind: 'lost-answer' } });
    expect(strike()).toEqual({ latency: 0 });
  });
});
