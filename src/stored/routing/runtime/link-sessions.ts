import { LRUCache } from 'lru-cache';
import { assumeRole } from './assume-role';
import { LinkCredentials } from './links';

/** The number of sessions that an instance of the function keeps. */
const MAX_SESSIONS = 1_000;

interface Session {
  credentials?: LinkCredentials;
  /** The pending call that renews the credentials. All concurrent requests wait for it. */
  renewal?: Promise<LinkCredentials>;
}

/** Sessions of the role that signs links, one for each session policy. */
export class LinkSessions {
  private readonly sessions = new LRUCache<string, Session>({ max: MAX_SESSIONS });

  constructor(
    private readonly roleArn: string,
    private readonly now = () => Date.now(),
  ) {}

  /** Returns credentials that are limited by the policy and remain valid for at least this number of seconds. */
  async credentials(policy: string, seconds: number): Promise<LinkCredentials> {
    let session = this.sessions.get(policy);
    if (!session) this.sessions.set(policy, (session = {}));
    const { credentials } = session;
    if (credentials && credentials.expiration!.getTime() - this.now() >= seconds * 1000) return credentials;
    session.renewal ??= this.renew(session, policy);
    return session.renewal;
  }

  private async renew(session: Session, policy: string): Promise<LinkCredentials> {
    try {
      return (session.credentials = await assumeRole(this.roleArn, policy));
    } finally {
      session.renewal = undefined;
    }
  }
}
