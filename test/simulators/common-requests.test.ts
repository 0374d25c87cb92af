import { fingerprint } from './common/requests';

describe('fingerprint', () => {
  const request = { Name: 'one', Parts: [{ From: 1, To: 2 }, { From: 3 }], Since: undefined };

  test('is the same in whichever order the members come', () => {
    expect(fingerprint({ Parts: [{ To: 2, From: 1 }, { From: 3 }], Name: 'one' })).toBe(fingerprint(request));
  });

  test.each([
    ['another value', { ...request, Name: 'two' }],
    ['another member', { ...request, Since: 0 }],
    ['another order of a list', { ...request, Parts: [...request.Parts].reverse() }],
  ])('differs for %s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(request));
  });
});
