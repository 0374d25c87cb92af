import { stringify } from 'yaml';
import { ValidationError } from '../../src/private/validation-error';
import type { IpAddress } from '../../src/stored/routing/ip-address';
import { parsePreferences, Preferences } from '../../src/stored/routing/runtime/preferences';
import { AwsError, NoAnswerError } from '../aws/aws-cli';
import { parsePath } from '../config/path';
import { Command, Context, printJson } from '../context';
import { Change, changesBetween, showChange } from '../preferences/changes';
import { Edit, editOf, Fields } from '../preferences/edits';
import { addressesIn, addressesOfRanges, Moves, movesBetween } from '../preferences/sample';
import { Deployed, PreferenceStore, Running } from '../preferences/store';
import { RouterOf, routersIn, Target } from '../preferences/target';
import { ConfigError, UsageError } from '../problems';
import { drawTable } from '../terminal/table';

/** A router that answers. */
interface Router extends Omit<RouterOf, 'find'> {
  readonly target: Target;
  readonly store: PreferenceStore;
  readonly running: Running;
}

/** Shows or changes the preferences of a router and of its standby in AppConfig. */
export const preferences: Command = async (context) => {
  const { operands, cwd, addresses: file } = context;
  const isDryRun = context['dry-run'];
  if (file !== undefined && !isDryRun) throw new UsageError('--addresses requires --dry-run.');
  const [action, ...more] = operands;
  if (action === 'get') return get(context, more);
  const edit = editOf(operands, cwd);
  const given = file === undefined ? undefined : addressesIn(file, cwd);

  const { routers, failures } = await readAll(context);
  const planned = routers.map((router) => ({ ...router, ...plan(router, edit) }));
  const results: Result[] = [];
  for (const { after, changes, movesOf, ...router } of planned) {
    try {
      const addresses = isDryRun && results.length === 0 ? movesOf(given) : undefined;
      const isDeployed = !isDryRun && changes.length > 0;
      const deployed = isDeployed ? await router.store.deploy(JSON.stringify(after), router.running) : undefined;
      results.push({ ...router, changes, addresses, deployed });
    } catch (error) {
      failures.push(failureOf(router, error));
      break;
    }
  }
  print(context, results);
  if (failures.length > 0) throw new AwsError(failures.join('\n'));
};

async function get(context: Context, more: readonly string[]): Promise<void> {
  if (more.length > 0 || context['dry-run']) throw new UsageError('Expected: cdk-media-replication preferences get');
  const { stdout, stderr, terminal, json } = context;
  const { routers, failures } = await readAll(context);
  const [{ name, running }, other] = routers;
  const document = JSON.parse(running.text);
  if (json) printJson(context, document);
  else stdout.write(`${terminal.colors.dim(`# version ${running.version}`)}\n${stringify(document)}`);
  const differences = other ? changesBetween(document, JSON.parse(other.running.text)) : [];
  for (const difference of differences) {
    stderr.write(`${name} -> ${other.name}: ${showChange(difference)}\n`);
  }
  if (failures.length > 0) throw new AwsError(failures.join('\n'));
}

/**
 * Reads the preferences of all routers. If the Region of one does not answer, the other can still be changed.
 *
 * @throws if none answers, and for any other problem
 */
async function readAll(context: Context): Promise<{ routers: Router[]; failures: string[] }> {
  const all = await routersIn(context);
  const failures: string[] = [];
  const read = async ({ find, ...router }: RouterOf): Promise<Router[]> => {
    try {
      const target = await find();
      const store = new PreferenceStore(target);
      return [{ ...router, target, store, running: await store.read() }];
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      failures.push(`${failureOf(router, error)} Run the command again when it answers.`);
      return [];
    }
  };
  const routers = (await Promise.all(all.map(read))).flat();
  if (routers.length === 0) throw new AwsError(failures.join('\n'));
  return { routers, failures };
}

/** @throws any error that is not one of AWS */
function failureOf({ name }: Pick<RouterOf, 'name'>, error: unknown): string {
  if (!(error instanceof AwsError)) throw error;
  return name === undefined ? error.message : `${name}: ${error.message}`;
}

/** The document after an edit, which is valid. */
function plan({ target, running }: Router, edit: Edit) {
  const before: Fields = JSON.parse(running.text);
  const after = edit.apply(before);
  const regions = regionsOf(target, before, after);
  const copies = [regions.primary, ...regions.replicas];
  const parsed = parse(after, copies, edit);
  const movesOf = (given?: readonly IpAddress[]) => {
    // If the document contains a region that no longer has a copy, the router uses an earlier version.
    const now = parsePreferences(running.text, [...new Set([...copies, ...regionsIn(before)])]);
    return movesBetween(now, parsed, regions, given ?? addressesOfRanges(before, after));
  };
  return { after, changes: changesBetween(before, after), movesOf };
}

/** Without a config, uses the regions in the documents: only AppConfig's validator knows the regions of the copies. */
function regionsOf({ primary, replicas }: Target, ...documents: readonly unknown[]) {
  const all = replicas?.map(({ region }) => region) ?? documents.flatMap(regionsIn);
  const paused = (replicas ?? []).flatMap(({ region, enabled }) => (enabled === false ? region : []));
  return { primary, replicas: [...new Set(all)].filter((region) => region !== primary), paused };
}

function regionsIn(document: unknown): string[] {
  const { ipRanges, drainedRegions, regionWeights } = (document ?? {}) as Fields;
  const drained = Array.isArray(drainedRegions) ? drainedRegions : [];
  return [...Object.keys(ipRanges ?? {}), ...drained, ...Object.keys(regionWeights ?? {})];
}

/** @throws ConfigError or UsageError, depending on the source of the invalid value */
function parse(document: Fields, copies: readonly string[], { file }: Edit): Preferences {
  try {
    return parsePreferences(JSON.stringify(document ?? null), copies);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const [, path, message] = /^(\S+): (.*)$/s.exec(error.message)!;
    if (!file) throw new UsageError(`${error.message}. Nothing was changed.`);
    throw new ConfigError([file.problem(path === 'preferences' ? [] : parsePath(path), message)]);
  }
}

interface Result extends Pick<RouterOf, 'name' | 'isStandby'> {
  readonly changes: readonly Change[];
  readonly addresses?: readonly Moves[];
  readonly deployed?: Deployed;
}

function print(context: Context, results: readonly Result[]): void {
  const { stderr, json } = context;
  if (results.length === 0) return;
  if (json) return printResults(context, results);
  for (const result of results) printResult(context, result);
  if (context['dry-run']) stderr.write('Nothing was changed (--dry-run).\n');
  if (results.some(({ deployed }) => deployed)) {
    stderr.write(`The router${results.length > 1 ? 's apply' : ' applies'} it within 30 seconds.\n`);
  }
}

function printResults(context: Context, results: readonly Result[]): void {
  const [router, standby] = [false, true].map((isStandby) => {
    const { changes = [], addresses, deployed } = results.find((each) => each.isStandby === isStandby) ?? {};
    return { changes, addresses, deployed: deployed ?? null };
  });
  printJson(context, { ...router, ...(results.some(({ isStandby }) => isStandby) && { standby }) });
}

function printResult({ stdout, terminal }: Context, { name, changes, addresses, deployed }: Result): void {
  if (name !== undefined) stdout.write(`${terminal.colors.bold(name)}\n`);
  for (const change of changes) stdout.write(`${showChange(change)}\n`);
  if (changes.length === 0) stdout.write('no change\n');
  if (addresses) {
    const columns = [
      { title: 'Preference' },
      { title: 'Addresses', right: true },
      { title: 'Other region', right: true },
      { title: 'Moves', wraps: true },
    ];
    const rows = addresses.map(({ preference, addresses: all, moved, moves }) => [
      preference,
      String(all),
      String(moved),
      moves.map(({ from, to, addresses: count }) => `${from} -> ${to}: ${count}`).join(', ') || '-',
    ]);
    stdout.write(drawTable(terminal, columns, rows));
  }
  if (deployed) stdout.write(`${terminal.colors.green(`deployed version ${deployed.version}`)}\n`);
}
