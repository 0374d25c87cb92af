import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import {
  FailoverSettings,
  INITIAL_PREFERENCES_FILE,
  PROXIES_FILE,
  RouterSettings,
  SETTINGS_VARIABLE,
} from './contract';
import { Arrivals } from './runtime/arrivals';
import { Failover } from './runtime/failover';
import { FailoverRecord } from './runtime/failover-record';
import { createHandler } from './runtime/handler';
import { HttpAccess } from './runtime/http-access';
import { LinkSessions } from './runtime/link-sessions';
import { LivePreferences } from './runtime/live-preferences';
import { mediaCopy } from './runtime/media-copy';
import { ObjectReader } from './runtime/object-reader';
import { parsePreferences } from './runtime/preferences';
import { PrivateNetworks } from './runtime/private-networks';
import { Readiness } from './runtime/readiness';
import { ReplicaStates } from './runtime/replica-states';
import { Router } from './runtime/router';
import { Telemetry } from './runtime/telemetry';
import { UserPreferences } from './runtime/user-preferences';
import { UserTable } from './runtime/user-table';

const readCode = (file: string) => readFileSync(join(__dirname, file), 'utf8');
const settings: RouterSettings = JSON.parse(process.env[SETTINGS_VARIABLE]!);
const credentials = defaultProvider();
const primary = mediaCopy('primary', settings.primary, process.env);
const replicas = settings.replicas.map((replica, index) =>
  mediaCopy('replica', replica, process.env, settings.holdings?.[index]),
);
const regions = [primary, ...replicas].map(({ region }) => region);
const telemetry = new Telemetry();
const preferences = new LivePreferences(
  parsePreferences(readCode(INITIAL_PREFERENCES_FILE), regions),
  settings.store,
  regions,
  telemetry,
);
const userPreferences =
  settings.userTable === undefined
    ? undefined
    : new UserPreferences({ table: new UserTable(settings.userTable), regions, events: telemetry });

const reader = new ObjectReader(credentials);

function failoverTo([region, bucket]: FailoverSettings): Failover {
  const record = new FailoverRecord(reader, mediaCopy('replica', [region, bucket], process.env), telemetry);
  const replica = replicas.find((each) => each.region === region)!;
  const { 1: name, 2: origin, 3: signedForOrigin } = settings.replicas[replicas.indexOf(replica)];
  const readiness = new Readiness({
    mode: 'exact',
    timeoutMs: settings.readinessTimeoutMs,
    arrivals: new Arrivals(reader, replica),
    hasSeveralReplicas: true,
  });
  // Interface endpoints accept uploads, proxies do not.
  const uploads = signedForOrigin ? ([region, name, origin, signedForOrigin] as const) : ([region, name] as const);
  return new Failover(record, { replica, uploads: mediaCopy('replica', [...uploads], process.env), readiness });
}

const router = new Router({
  ...settings,
  failover: settings.failover && failoverTo(settings.failover),
  primary,
  replicas,
  networks: PrivateNetworks.from(settings, JSON.parse(readCode(PROXIES_FILE)), process.env),
  credentials,
  preferences: () => preferences.get(),
  userPreferences,
  readiness: new Readiness({
    mode: settings.readiness,
    timeoutMs: settings.readinessTimeoutMs,
    arrivals: new Arrivals(reader, primary),
    states: settings.states === undefined ? undefined : new ReplicaStates(settings.states, primary.region, telemetry),
    hasSeveralReplicas: replicas.length > 1,
  }),
  now: Date.now,
});

const { access } = settings;
const sessions = access?.roleArn === undefined ? undefined : new LinkSessions(access.roleArn);

const httpAccess = new HttpAccess({ settings: access, credentials, sessions });

export const handler = createHandler(router, telemetry, httpAccess, userPreferences);
