import { readFileSync, writeFileSync } from 'node:fs';

type Options = Record<string, string>;

const application = (options: Options) => `/applications/${options['application-id']}`;
const deployments = (options: Options) =>
  `${application(options)}/environments/${options['environment-id']}/deployments`;
const versions = (options: Options) =>
  `${application(options)}/configurationprofiles/${options['configuration-profile-id']}/hostedconfigurationversions`;
const version = (options: Options) => `${versions(options)}/${options['version-number']}`;

const REQUESTS: Record<string, (options: Options) => [path: string, init?: RequestInit]> = {
  'get-application': (options) => [application(options)],
  'list-deployment-strategies': () => ['/deploymentstrategies'],
  'list-deployments': (options) => [deployments(options)],
  'get-deployment': (options) => [`${deployments(options)}/${options['deployment-number']}`],
  'start-deployment': (options) => {
    const body = JSON.stringify({
      ConfigurationProfileId: options['configuration-profile-id'],
      ConfigurationVersion: options['configuration-version'],
      DeploymentStrategyId: options['deployment-strategy-id'],
    });
    return [deployments(options), { method: 'POST', body }];
  },
  'list-hosted-configuration-versions': (options) => [versions(options)],
  'get-hosted-configuration-version': (options) => [version(options)],
  'delete-hosted-configuration-version': (options) => [version(options), { method: 'DELETE' }],
  'create-hosted-configuration-version': (options) => {
    const headers = { 'latest-version-number': options['latest-version-number'] };
    return [
      versions(options),
      { method: 'POST', headers, body: readFileSync(options.content.replace('fileb://', ''), 'utf8') },
    ];
  },
};

/** The commands of the AWS CLI that the command line uses, in this process. The end-to-end suite uses the real AWS CLI. */
export async function fakeAws([service, operation, ...rest]: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const options: Options = {};
  const files: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    if (rest[index].startsWith('--')) options[rest[index].slice(2)] = rest[++index];
    else files.push(rest[index]);
  }
  const fail = (code: string | null, message: string) => {
    throw new Error(`\nAn error occurred (${code}) when calling the ${operation} operation: ${message}\n`);
  };
  if (env.FAKE_OFF?.split(',').includes(options.region)) throw new Error('Could not connect to the endpoint URL');
  if (service === 'cloudformation') {
    const Outputs = JSON.parse(env.FAKE_STACKS!)[`${options['stack-name']} ${options.region}`];
    if (!Outputs) fail('ValidationError', `Stack with id ${options['stack-name']} does not exist`);
    return JSON.stringify({ Stacks: [{ Outputs }] });
  }
  const [path, init] = REQUESTS[operation](options);
  const response = await fetch((env[`FAKE_ENDPOINT_${options.region}`] ?? env.FAKE_ENDPOINT!) + path, init);
  const body = await response.text();
  if (!response.ok) fail(response.headers.get('x-amzn-errortype'), JSON.parse(body).Message);
  if (files.length === 0) return body;
  writeFileSync(files[0], body);
  return JSON.stringify({ VersionNumber: Number(response.headers.get('version-number')) });
}
