import { stringify } from 'yaml';
import { ValidationError } from '../../src/private/validation-error';
import { parsePreferences, Preferences } from '../../src/stored/routing/runtime/preferences';
import { parsePath } from '../config/path';
import { Command, Context, printJson } from '../context';
import { Change, changesBetween, showChange } from '../preferences/changes';
import { Edit, editOf, Fields } from '../preferences/edits';
import { addressesIn, addressesOfRanges, Moves, movesBetween } from '../preferences/sample';
import { Deployed, PreferenceStore } from '../preferences/store';
import { Target, targetOf } from '../preferences/target';
import { ConfigError, UsageError } from '../problems';
import { drawTable } from '../terminal/table';

/** Shows or changes the preferences of a router in AppConfig. */
export const preferences: Command = async (context) => {
  const { operands, cwd, addresses: file } = context;
  const isDryRun = context['dry-run'];
  if (file !== undefined && !isDryRun) throw new UsageError('--addresses requires --dry-run.');
  const [action, ...more] = operands;
  if (action === 'get') return get(context, more);
  const edit = editOf(operands, cwd);
  const given = file === undefined ? undefined : addressesIn(file, cwd);

  const target = await targetOf(context);
  const store = new PreferenceStore(target);
  const running = await store.read();
  const before: Fields = JSON.parse(running.text);
  const after = edit.apply(before);
  const regions = regionsOf(target, before, after);
  const copies = [regions.primary, ...regions.replicas];
  const parsed = parse(after, copies, edit);
  const changes = changesBetween(before, after);
  if (isDryRun) {
    // If the document contains a region that no longer has a copy, the router uses an earlier version.
    const now = parsePreferences(running.text, [...new Set([...copies, ...regionsIn(before)])]);
    const moves = movesBetween(now, parsed, regions, given ?? addressesOfRanges(before, after));
    return print(context, { changes, addresses: moves });
  }
  const deployed = changes.length > 0 ? await store.deploy(JSON.stringify(after), running) : undefined;
  print(context, { changes, deployed });
};

async function get(context: Context, more: readonly string[]): Promise<void> {
  if (more.length > 0 || context['dry-run']) throw new UsageError('Expected: cdk-media-replication preferences get');
  const { text, version } = await new PreferenceStore(await targetOf(context)).read();
  const document = JSON.parse(text);
  if (context.json) return printJson(context, document);
  context.stdout.write(`${context.terminal.colors.dim(`# version ${version}`)}\n${stringify(document)}`);
}

/** Without a config, uses the regions in the documents: only AppConfig's validator knows the regions of the copies. */
function regionsOf({ region: primary, replicas }: Target, ...documents: readonly unknown[]) {
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

interface Result {
  readonly changes: readonly Change[];
  readonly addresses?: readonly Moves[];
  readonly deployed?: Deployed;
}

function print(context: Context, { changes, addresses, deployed }: Result): void {
  const { stdout, stderr, terminal } = context;
  if (context.json) return printJson(context, { changes, addresses, deployed: deployed ?? null });
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
    stderr.write('Nothing was changed (--dry-run).\n');
  }
  if (deployed) {
    const { version } = deployed;
    stdout.write(`${terminal.colors.green(`deployed version ${version}`)}\n`);
    stderr.write('The router applies it within 30 seconds.\n');
  }
}
