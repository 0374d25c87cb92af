import type { MediaConfig } from '../config/config';
import type { LoadedConfig } from '../config/load';
import { parsePath, Path, valueAt } from '../config/path';
import { inOrder, Problem } from '../problems';

/** `[path of the construct] property: got …` */
const SAID = /^\s*(?:Error: )?\[([^\]\s]+)\] (?:([A-Za-z][\w.[\]-]*): )?(.+)$/;

/** Properties that the stack calls otherwise than the construct that complains. */
const OF_MONITORING: Record<string, string> = { topic: 'alarmTopic', emails: 'alarmEmails', media: 'replicas' };

/** What a construct says against its properties, with the place in the file that it means; nothing if it is no such error. */
export function constructProblems(error: unknown, { config, document }: LoadedConfig): Problem[] {
  const message = error instanceof Error ? error.message : String(error);
  const problems = message.split('\n').flatMap((line) => {
    const [, construct, field, text] = SAID.exec(line) ?? [];
    if (construct === undefined) return [];
    const path = placeOf(construct, field ?? '', config);
    const known = valueAt(config, path) !== undefined || field === undefined ? path : existing(config, path);
    return { ...document.problem(known, text), path: document.problem(path, text).path };
  });
  if (problems.length > 0) return inOrder(problems);
  // aws-cdk-lib's own, in its own words.
  const ofCdk = error instanceof Error && (error.name === 'ValidationError' || /Validation failed/.test(message));
  return ofCdk ? [document.problem([], message.replace(/\s*\n\s*/g, ' '))] : [];
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
