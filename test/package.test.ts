import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Type {
  readonly fqn: string;
  readonly locationInModule?: { readonly filename: string };
}

describe('the jsii assembly', () => {
  const assembly = JSON.parse(gunzipSync(readFileSync(join(__dirname, '../.jsii.gz'))).toString());
  const types: Type[] = Object.values(assembly.types);

  test('has no types of handlers', () => {
    const ofHandlers = types.filter(({ locationInModule }) =>
      /\/runtime\/|\/private\/|contract\.ts$|\.lambda\.ts$/.test(locationInModule?.filename ?? ''),
    );
    expect(types.length).toBeGreaterThan(20);
    expect(ofHandlers.map(({ fqn }) => fqn)).toEqual([]);
  });

  test('depends on aws-cdk-lib and constructs only', () => {
    expect(Object.keys(assembly.dependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(assembly.bundled ?? {}).toEqual({});
  });
});
