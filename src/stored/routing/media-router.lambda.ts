import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { INITIAL_PREFERENCES_FILE, RouterSettings, SETTINGS_VARIABLE } from './contract';
import { Arrivals } from './runtime/arrivals';
import { createHandler } from './runtime/handler';
import { LivePreferences } from './runtime/live-preferences';
import { mediaCopy } from './runtime/media-copy';
import { ObjectReader } from './runtime/object-reader';
import { parsePreferences } from './runtime/preferences';
import { Router } from './runtime/router';
import { Telemetry } from './runtime/telemetry';

const settings: RouterSettings = JSON.parse(process.env[SETTINGS_VARIABLE]!);
const credentials = defaultProvider();
const primary = mediaCopy('primary', settings.primary, process.env);
const replicas = settings.replicas.map((replica) => mediaCopy('replica', replica, process.env));
const regions = [primary, ...replicas].map(({ region }) => region);
const telemetry = new Telemetry();
const preferences = new LivePreferences(
  parsePreferences(readFileSync(join(__dirname, INITIAL_PREFERENCES_FILE), 'utf8'), regions),
  settings.store,
  regions,
  telemetry,
);

const router = new Router({
  ...settings,
  primary,
  replicas,
  credentials,
  preferences: () => preferences.get(),
  arrivals: new Arrivals(new ObjectReader(credentials), primary),
  now: Date.now,
});

export const handler = createHandler(router, telemetry);
