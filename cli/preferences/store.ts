import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Target } from './target';
import { AwsError } from '../aws/aws-cli';
import { inTemporaryFolder } from '../deployment/folder';

export interface Running {
  /** The version of the document that is deployed. */
  readonly version: number;
  /** All deployments, the newest first. */
  readonly deployments: readonly Deployment[];
  /** The latest version, which is newer than the deployed one if it was not deployed. */
  readonly latestVersion: number;
  readonly text: string;
}

export interface Deployed {
  readonly version: number;
  readonly deployment: number;
}

interface Deployment {
  readonly DeploymentNumber: number;
  readonly State: string;
  readonly ConfigurationProfileId: string;
  readonly ConfigurationVersion: string;
  readonly EventLog?: readonly { readonly Description?: string }[];
}

const RUNNING = ['COMPLETE', 'BAKING'];
const IN_PROGRESS = ['BAKING', 'VALIDATING', 'DEPLOYING', 'ROLLING_BACK'];
const POLL_MS = 1_000;
const MAX_WAIT_MS = 300_000;
const REPEAT = 'Nothing was changed. Run the command again.';

/** The preferences in AppConfig. */
export class PreferenceStore {
  constructor(private readonly target: Target) {}

  /** Reads the document that the router uses. */
  async read(): Promise<Running> {
    const [deployments, { Items: versions }] = await Promise.all([
      this.deployments(),
      this.appConfig('list-hosted-configuration-versions', this.profile),
    ]);
    const { ConfigurationVersion } = await this.runningOf(deployments);
    const latestVersion = Math.max(...versions.map(({ VersionNumber }: { VersionNumber: number }) => VersionNumber));
    const text = await inTemporaryFolder(async (folder) => {
      const file = join(folder, 'preferences');
      const options = { ...this.profile, 'version-number': ConfigurationVersion };
      await this.appConfig('get-hosted-configuration-version', options, file);
      return readFileSync(file, 'utf8');
    });
    return { version: Number(ConfigurationVersion), deployments, latestVersion, text };
  }

  /** Deploys a document in place of the one that was read, and waits until the router can fetch it. */
  async deploy(text: string, read: Running): Promise<Deployed> {
    const busy = read.deployments.find(({ State }) => IN_PROGRESS.includes(State));
    if (busy) {
      const { DeploymentNumber, State } = busy;
      throw new AwsError(`Deployment ${DeploymentNumber} is in progress (${State}). Run the command again after it.`);
    }
    const version = await this.create(text, read);
    let started: Deployment;
    try {
      const [strategy, [newest]] = await Promise.all([this.strategy(), this.deployments()]);
      if (newest.DeploymentNumber !== read.deployments[0].DeploymentNumber) {
        throw new AwsError(
          `Deployment ${newest.DeploymentNumber} was started after this command had read the preferences. ${REPEAT}`,
        );
      }
      started = await this.appConfig('start-deployment', {
        ...this.environment,
        'configuration-profile-id': this.target.profile,
        'configuration-version': String(version),
        'deployment-strategy-id': strategy,
      });
    } catch (error) {
      await this.delete(version);
      throw error;
    }
    await this.wait(started);
    return { version, deployment: started.DeploymentNumber };
  }

  /** Returns the latest deployment that is in effect. An environment can have deployments of several profiles. */
  private async runningOf(deployments: readonly Deployment[]): Promise<Deployment> {
    for (const { State, DeploymentNumber } of deployments) {
      if (!RUNNING.includes(State)) continue;
      const deployment = await this.deployment(DeploymentNumber);
      if (deployment.ConfigurationProfileId === this.target.profile) return deployment;
    }
    throw new AwsError(`The environment ${this.target.environment} has no deployment of ${this.target.profile}.`);
  }

  /** Returns the router's own strategy, because AppConfig.AllAtOnce blocks other changes for 10 minutes. */
  private async strategy(): Promise<string> {
    const [{ Name }, { Items: strategies }] = await Promise.all([
      this.appConfig('get-application', { 'application-id': this.target.application }),
      this.appConfig('list-deployment-strategies', {}),
    ]);
    const name = `${Name}-all-at-once`;
    const strategy = strategies.find((each: { Name: string }) => each.Name === name);
    if (!strategy) throw new AwsError(`The deployment strategy ${name} was not found. Deploy the stack of the router.`);
    return strategy.Id;
  }

  private async create(text: string, { latestVersion }: Running): Promise<number> {
    return inTemporaryFolder(async (folder) => {
      const file = join(folder, 'preferences.json');
      writeFileSync(file, text);
      const options = {
        ...this.profile,
        'content-type': 'application/json',
        'latest-version-number': String(latestVersion),
        content: `fileb://${file}`,
      };
      try {
        return (await this.appConfig('create-hosted-configuration-version', options, join(folder, 'created')))
          .VersionNumber;
      } catch (error) {
        if ((error as AwsError).code !== 'ConflictException') throw error;
        throw new AwsError(`Another change was made at the same time. ${REPEAT}`, 'ConflictException');
      }
    });
  }

  /** Deletes a version, so that a refused document is not left behind. */
  private async delete(version: number): Promise<void> {
    const options = { ...this.profile, 'version-number': String(version) };
    await this.appConfig('delete-hosted-configuration-version', options).catch(() => undefined);
  }

  private async wait(started: Deployment): Promise<void> {
    const { DeploymentNumber } = started;
    const end = Date.now() + MAX_WAIT_MS;
    for (let latest = started; ; latest = await this.deployment(DeploymentNumber)) {
      const { State, EventLog } = latest;
      if (State === 'COMPLETE') return;
      if (!IN_PROGRESS.includes(State) || State === 'ROLLING_BACK') {
        const reason = EventLog?.[0]?.Description ?? 'AppConfig gave no reason.';
        throw new AwsError(`Deployment ${DeploymentNumber} failed (${State}): ${reason}`);
      }
      if (Date.now() > end) {
        throw new AwsError(
          `Deployment ${DeploymentNumber} is still in progress. Check it with aws appconfig get-deployment.`,
        );
      }
      if (latest !== started) await sleep(POLL_MS);
    }
  }

  private async deployments(): Promise<Deployment[]> {
    const { Items } = await this.appConfig('list-deployments', this.environment);
    return Items.sort((a: Deployment, b: Deployment) => b.DeploymentNumber - a.DeploymentNumber);
  }

  private deployment(number: number): Promise<Deployment> {
    return this.appConfig('get-deployment', { ...this.environment, 'deployment-number': String(number) });
  }

  private get profile() {
    return { 'application-id': this.target.application, 'configuration-profile-id': this.target.profile };
  }

  private get environment() {
    return { 'application-id': this.target.application, 'environment-id': this.target.environment };
  }

  private appConfig(operation: string, options: Record<string, string>, file?: string): Promise<any> {
    return this.target.aws.run('appconfig', operation, options, file);
  }
}
