import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { preferenceWord } from '../config/booleans';
import { ConfigDocument } from '../config/document';
import { either } from '../config/words';
import { ConfigError, UsageError } from '../problems';

/** The content of a preferences document. It is validated only after the change. */
export type Fields = Record<string, any>;

/** A change of a document. */
export interface Edit {
  readonly apply: (document: Fields) => Fields;
  /** The file that contains the new document. */
  readonly file?: ConfigDocument;
}

type EditOf = (operands: readonly string[], cwd: string) => Edit | undefined;

/** The fields, with the operands of `set` as values. */
const FIELDS: Record<string, { readonly ofRegion?: boolean; readonly parse: (text: string) => unknown }> = {
  defaultPreference: { parse: (text) => text },
  replicationDelaySeconds: { parse: numberOf },
  ipRanges: { ofRegion: true, parse: listOf },
  drainedRegions: { parse: listOf },
  regionWeights: { ofRegion: true, parse: numberOf },
};

const ACTIONS: Record<string, { readonly usage: string; readonly edit: EditOf }> = {
  set: {
    usage: 'set <file>, or set <field>=<value> ...',
    edit: (operands, cwd) => {
      if (operands.length === 0) return undefined;
      if (operands.length === 1 && !operands[0].includes('=')) return replacement(operands[0], cwd);
      const assignments = operands.map(assignment);
      return { apply: (document) => assignments.reduce((changed, assign) => assign(changed), document) };
    },
  },
  drain: {
    usage: 'drain <region>',
    edit: ([region, ...more]) =>
      region && more.length === 0 ? { apply: (document) => drained(document, region, [region]) } : undefined,
  },
  undrain: {
    usage: 'undrain <region>',
    edit: ([region, ...more]) =>
      region && more.length === 0 ? { apply: (document) => drained(document, region, []) } : undefined,
  },
  weight: {
    usage: 'weight <region> <percent>',
    edit: ([region, percent, ...more]) =>
      region && percent && more.length === 0 ? { apply: assignment(`regionWeights.${region}=${percent}`) } : undefined,
  },
};

/** @throws UsageError if the action is unknown or its operands are incomplete */
export function editOf([action, ...operands]: readonly string[], cwd: string): Edit {
  if (!Object.hasOwn(ACTIONS, action ?? '')) {
    const expected = either(['get', ...Object.keys(ACTIONS)]);
    throw new UsageError(`preferences: got ${JSON.stringify(action ?? '')}, expected ${expected}.`);
  }
  const { usage, edit } = ACTIONS[action];
  const found = edit(operands, cwd);
  if (!found) throw new UsageError(`Expected: cdk-media-replication preferences ${usage}`);
  return found;
}

/** A file with the whole document, in JSON or YAML. */
function replacement(name: string, cwd: string): Edit {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'was not found' : `cannot be read (${code})`;
    throw new UsageError(`${name} ${why}. Specify a file with the preferences, or <field>=<value>.`);
  }
  const file = new ConfigDocument(name, text);
  if (file.problems.length > 0) throw new ConfigError(file.problems);
  return {
    file,
    apply: () => {
      const document = file.value as Fields;
      const preference = document?.defaultPreference;
      return typeof preference === 'boolean'
        ? { ...document, defaultPreference: preferenceWord(preference) }
        : document;
    },
  };
}

function assignment(operand: string): Edit['apply'] {
  const [, path, text] = /^([^=]*)=(.*)$/s.exec(operand) ?? [undefined, operand, ''];
  const [name, region, ...more] = path.split('.');
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (
    !field ||
    path === operand ||
    more.length > 0 ||
    (region !== undefined) !== (field.ofRegion ?? false) ||
    region === ''
  ) {
    const names = Object.entries(FIELDS).map(([each, { ofRegion }]) => `${each}${ofRegion ? '.<region>' : ''}=<value>`);
    throw new UsageError(`got ${JSON.stringify(operand)}, expected ${either(names)}.`);
  }
  const value = field.parse(text);
  if (region === undefined) return (document) => ({ ...document, [name]: value });
  return (document) => {
    const { [region]: _, ...others } = document[name] ?? {};
    return { ...document, [name]: text === '' ? others : { ...document[name], [region]: value } };
  };
}

function drained({ drainedRegions = [], ...document }: Fields, region: string, add: readonly string[]): Fields {
  const others = drainedRegions.filter((each: string) => each !== region);
  const isUnchanged = others.length + add.length === drainedRegions.length;
  return { ...document, drainedRegions: isUnchanged ? drainedRegions : [...others, ...add] };
}

function numberOf(text: string): unknown {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}
