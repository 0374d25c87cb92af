import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { UNUSED_CREDENTIALS } from '../scripts/unused-credentials';

const ASSETS = join(__dirname, '../assets');
const bundles = readdirSync(ASSETS, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.lambda/index.js'),
);

/** Only an error message of the SDK contains this call. */
const IN_A_MESSAGE = ['@aws-sdk/signature-v4-crt'];

for (const name of UNUSED_CREDENTIALS) {
  jest.mock(name, () => {
    throw new Error(`${name} is not in the bundles.`);
  });
}

describe('the bundles of the handlers', () => {
  test.each(bundles)('%s requires only Node.js, and sources of credentials that Lambda does not use', (name) => {
    const code = readFileSync(join(ASSETS, name), 'utf8');
    const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, id]) => id);
    const external = required.filter((id) => !id.startsWith('node:') && !builtinModules.includes(id));
    expect(external.filter((id) => ![...UNUSED_CREDENTIALS, ...IN_A_MESSAGE].includes(id))).toEqual([]);
  });

  test('read credentials from the environment variables without these sources', async () => {
    const { env } = process;
    process.env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    try {
      const credentials = await defaultProvider()();
      expect(credentials).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
    } finally {
      process.env = env;
    }
  });
});
