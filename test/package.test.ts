import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Type {
  readonly fqn: string;
  readonly locationInModule?: { readonly filename: string };
}

describe('what jsii makes of the package', () => {
  const assembly = JSON.parse(gunzipSync(readFileSync(join(__dirname, '../.jsii.gz'))).toString());
  const types: Type[] = Object.values(assembly.types);

  test('has no type of a handler', () => {
    const ofHandlers = types.filter(({ locationInModule }) =>
      /\/runtime\/|\/private\/|contract\.ts$|\.lambda\.ts$/.test(locationInModule?.filename ?? ''),
    );
    expect(types.length).toBeGreaterThan(20);
    expect(ofHandlers.map(({ fqn }) => fqn)).toEqual([]);
  });

  test('asks for no package but aws-cdk-lib and constructs', () => {
    expect(Object.keys(assembly.dependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(assembly.bundled ?? {}).toEqual({});
  });
});
