import type { MediaConfig } from '../config/config';
import type { LoadedConfig } from '../config/load';
import { parsePath, Path, showPath, valueAt } from '../config/path';
import { inOrder, Problem } from '../problems';

/** `[path of the construct] property: got …` */
const SAID = /^\s*(?:Error: )?\[([^\]\s]+)\] (?:([A-Za-z][\w.[\]-]*): )?(.+)$/;

/** So long a text is not in a message by accident. */
const NO_ACCIDENT = 8;

/** Properties that the stack calls otherwise than the construct that complains. */
const OF_MONITORING: Record<string, string> = { topic: 'alarmTopic', emails: 'alarmEmails', media: 'replicas' };

/** What a construct says against its properties, with the place in the file that it means; nothing if it is no such error. */
export function constructProblems(error: unknown, { config, document }: LoadedConfig): Problem[] {
  const said = error instanceof Error ? error.message : String(error);
  const problems = said.split('\n').flatMap((line) => {
    const [, construct, field, text] = SAID.exec(line) ?? [];
    if (construct === undefined) return [];
    const path = placeOf(construct, field ?? '', config);
    const known = valueAt(config, path) !== undefined || field === undefined ? path : existing(config, path);
    const message = inWordsOfAConfig(text);
    return { ...document.problem(known, message), path: showPath(path) };
  });
  if (problems.length > 0) return inOrder(problems);
  return error instanceof Error && !isBug(error) ? [inWordsOfTheCdk(said, { config, document })] : [];
}

/** What no input of ours is told of by: a mistake in code, or a file that can't be written. */
function isBug(error: Error): boolean {
  const ofTheLanguage = [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
  return ofTheLanguage || (error as NodeJS.ErrnoException).code !== undefined;
}

/** aws-cdk-lib names no property, but often the value: if only one has it, it is that one. */
function inWordsOfTheCdk(said: string, { config, document }: LoadedConfig): Problem {
  const message = said.replace(/Resolution error: /g, '').replace(/\.?\. *Object creation stack:[^]*$/, '.');
  const named = textsIn(config).filter(
    ({ text }) => message.includes(`'${text}'`) || (text.length >= NO_ACCIDENT && message.includes(text)),
  );
  const path = named.length === 1 ? named[0].path : [];
  return document.problem(path, message.replace(/\s*\n\s*/g, ' '));
}

function textsIn(value: unknown, path: Path = []): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, child]) => textsIn(child, [...path, key]));
}

/** What the library says to those who write code, to those who write a file. */
function inWordsOfAConfig(text: string): string {
  return text
    .replace(/`env: \{ (account|region): '[^']*' \}` on the stack \S+?\./, '`$1`.')
    .replace(/\b[A-Z]\w+\.(?=[A-Z][A-Z_0-9]+\b)/g, '');
}

function placeOf(construct: string, field: string, config: MediaConfig): Path {
  const [, feature, part, detail] = construct.split('/');
  const path = parsePath(field);
  if (feature === 'Monitoring') return [OF_MONITORING[String(path[0])] ?? path[0], ...path.slice(1)].filter(isPart);
  if (feature === 'Meetings' && part?.startsWith('Meeting-')) {
    return inMeeting(part.slice('Meeting-'.length), path, config);
  }
  const replica = feature === 'Media' ? config.replicas.findIndex(({ region }) => part === `Replica-${region}`) : -1;
  if (replica < 0) return path;
  return ['replicas', replica, ...(detail === 'Proxy' ? ['proxy'] : []), ...path];
}

function inMeeting(name: string, path: Path, { meetings = [] }: MediaConfig): Path {
  const index = meetings.findIndex((meeting) => meeting.name === name);
  if (index < 0) return path;
  const meeting = meetings[index];
  const [first, position, ...rest] = path;
  if (first === 'meetingName' && meeting.meetingName === undefined) return ['meetings', index, 'name'];
  if (first === 'replicas' && rest[0] === 'mediaRegion' && typeof position === 'number') {
    // Of sessions, of which an entry of the list stands for as many as its `count`.
    const sessions = (meeting.replicas ?? []).flatMap(({ count = 1 }, entry) => Array<number>(count).fill(entry));
    return ['meetings', index, first, sessions[position] ?? 0, ...rest];
  }
  return ['meetings', index, ...path];
}

/** The longest beginning of the path that the config has. */
function existing(config: MediaConfig, path: Path): Path {
  return path.length === 0 || valueAt(config, path) !== undefined ? path : existing(config, path.slice(0, -1));
}

function isPart(part: string | number | undefined): part is string | number {
  return part !== undefined;
}
