import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where install.sh puts the servers. */
export const CACHE =
  process.env.MEDIA_E2E_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cdk-media-replication/e2e');
