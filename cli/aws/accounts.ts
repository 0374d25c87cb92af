import { AwsCli } from './aws-cli';

/** The profiles of `--profile`, as the deployment scripts have them: for all accounts, or for one (`<account>=<profile>`). */
export class Accounts {
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly profiles: readonly string[] = [],
  ) {}

  /**
   * @param account undefined for the account of the credentials
   * @param limitMs the time after which a command is ended
   */
  cli(region: string, account?: string, limitMs?: number): AwsCli {
    const own = this.profiles.find((each) => account !== undefined && each.startsWith(`${account}=`));
    const profile = own?.slice(own.indexOf('=') + 1) ?? this.profiles.filter((each) => !each.includes('=')).pop();
    return new AwsCli(region, this.env, { profile, isImpatient: true, limitMs });
  }
}
