import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const IDS = { application: 'app1', environment: 'env1', profile: 'profile1' };
const APPLICATION = `/applications/${IDS.application}`;
const DEPLOYMENTS = `${APPLICATION}/environments/${IDS.environment}/deployments`;
const VERSIONS = `${APPLICATION}/configurationprofiles/${IDS.profile}/hostedconfigurationversions`;

interface Deployment {
  readonly DeploymentNumber: number;
  readonly ConfigurationProfileId: string;
  readonly ConfigurationVersion: string;
  State: string;
  EventLog?: object[];
}

class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * AppConfig's control plane with one profile: versions with a locking token, deployments that a validator can reject, and
 * one deployment at a time. Deployed documents take effect at once.
 *
 * @see https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_Amazon_AppConfig.html
 */
export class AppConfigControl {
  readonly ids = IDS;
  readonly versions = new Map<number, string>();
  readonly deployments: Deployment[] = [];
  strategies = [
    { Id: 'AppConfig.AllAtOnce', Name: 'AppConfig.AllAtOnce' },
    { Id: 'strategy1', Name: 'media-router-1-all-at-once' },
  ];
  /** Throws if a document is invalid. */
  validate?: (document: string) => void | Promise<void>;
  /** Called before an operation, such as `POST deployments`. */
  before?: (operation: string) => void;
  /** The state of the next deployment after its start. */
  outcome = 'COMPLETE';
  onDeployed?: (document: string) => void;
  readonly requests: string[] = [];
  private readonly server: Server = createServer(async (request, response) => {
    try {
      const { status = 200, headers = {}, body } = await this.answer(request, await text(request));
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(isText ? body : JSON.stringify(body));
    } catch (error) {
      const { code = 'InternalServerException', message } = error as Refused;
      response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': code });
      response.end(JSON.stringify({ Message: message }));
    }
  });

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get document(): string | undefined {
    const running = this.deployments.filter(({ State }) => State === 'COMPLETE').at(-1);
    return running && this.versions.get(Number(running.ConfigurationVersion));
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** As a deployment of the stack, or another operator. */
  deploy(document: object, version = this.create(JSON.stringify(document))): void {
    this.deployments.push({
      DeploymentNumber: this.deployments.length + 1,
      ConfigurationProfileId: IDS.profile,
      ConfigurationVersion: String(version),
      State: 'COMPLETE',
    });
  }

  create(content: string): number {
    const version = this.latest + 1;
    this.versions.set(version, content);
    return version;
  }

  private get latest(): number {
    return Math.max(0, ...this.versions.keys());
  }

  private async answer(
    request: IncomingMessage,
    content: string,
  ): Promise<{ status?: number; headers?: any; body?: unknown }> {
    const { pathname } = new URL(request.url!, 'http://x');
    const last = pathname.split('/').at(-1)!;
    const operation = `${request.method} ${pathname
      .replace(/\/\d+$/, '/N')
      .split('/')
      .slice(-2)
      .join('/')}`;
    this.requests.push(operation);
    this.before?.(operation);
    const route = `${request.method} ${pathname}`;
    if (route === `GET ${APPLICATION}`) return { body: { Id: IDS.application, Name: 'media-router-1' } };
    if (route === 'GET /deploymentstrategies') return { body: { Items: this.strategies } };
    if (route === `GET ${DEPLOYMENTS}`) {
      const Items = this.deployments.map(({ ConfigurationProfileId: _, EventLog: __, ...summary }) => summary);
      return { body: { Items: Items.reverse() } };
    }
    if (route === `POST ${DEPLOYMENTS}`) return { status: 201, body: await this.startDeployment(JSON.parse(content)) };
    if (route.startsWith(`GET ${DEPLOYMENTS}/`)) return { body: this.deployments[Number(last) - 1] };
    if (route === `GET ${VERSIONS}`) {
      return { body: { Items: [...this.versions.keys()].map((VersionNumber) => ({ VersionNumber })) } };
    }
    if (route === `POST ${VERSIONS}`) {
      const expected = request.headers['latest-version-number'];
      if (expected !== undefined && Number(expected) !== this.latest) {
        throw new Refused('ConflictException', `The latest version is ${this.latest}.`);
      }
      return { status: 201, ...this.version(this.create(content)) };
    }
    if (!route.includes(`${VERSIONS}/`) || !this.versions.has(Number(last))) {
      throw new Refused('ResourceNotFoundException', `Nothing at ${route}`);
    }
    if (request.method === 'GET') return this.version(Number(last));
    this.versions.delete(Number(last));
    return { status: 204, body: '' };
  }

  private version(number: number) {
    return {
      headers: { 'version-number': number, 'content-type': 'application/json' },
      body: this.versions.get(number)!,
    };
  }

  private async startDeployment({ ConfigurationProfileId, ConfigurationVersion, DeploymentStrategyId }: any) {
    if (DeploymentStrategyId !== 'strategy1') throw new Refused('ResourceNotFoundException', 'No such strategy');
    if (this.deployments.some(({ State }) => State === 'DEPLOYING')) {
      throw new Refused('ConflictException', 'A deployment is in progress');
    }
    const document = this.versions.get(Number(ConfigurationVersion))!;
    try {
      await this.validate?.(document);
    } catch (error) {
      throw new Refused('BadRequestException', `Validation failed: ${(error as Error).message}`);
    }
    const DeploymentNumber = this.deployments.length + 1;
    const deployment: Deployment = {
      DeploymentNumber,
      ConfigurationProfileId,
      ConfigurationVersion,
      State: 'DEPLOYING',
    };
    this.deployments.push(deployment);
    const started = { ...deployment };
    deployment.State = this.outcome;
    if (this.outcome === 'COMPLETE') this.onDeployed?.(document);
    else deployment.EventLog = [{ Description: 'An alarm went off' }];
    return started;
  }
}
