import { LineWriter, readLines } from './lines';
import type { Site } from './platform';
import { eachKey, isSince, Version } from './versions';

/** The versions that the replica had when it took over, from a time on. */
export class Snapshot {
  /** Writes the versions of a bucket from a time on. */
  static async write(site: Site, since: string, file: string): Promise<void> {
    const lines = new LineWriter(file);
    try {
      lines.write({ since });
      await eachKey([site], ([versions]) => {
        for (const version of versions) if (isSince(version, Date.parse(since))) lines.write(version.id);
      });
    } finally {
      lines.close();
    }
  }

  /** Counts the versions in the file, without keeping them in memory. */
  static async summary(file: string): Promise<{ since: string; size: number }> {
    const lines = readLines(file);
    const { since } = (await lines.next()).value;
    let size = 0;
    for await (const _ of lines) size++;
    return { since, size };
  }

  static async read(file: string): Promise<Snapshot> {
    const lines = readLines(file);
    const snapshot = new Snapshot((await lines.next()).value.since);
    for await (const id of lines) snapshot.add(id);
    return snapshot;
  }

  /** By the last character of the id, because a set has at most 16 million members. */
  private readonly ids = new Map<string, Set<string>>();

  private constructor(readonly since: string) {}

  /** Whether the replica did not have a version then. Unknown for versions from before the time: false. */
  lacks(version: Version): boolean {
    return isSince(version, Date.parse(this.since)) && !this.ids.get(version.id.slice(-1))?.has(version.id);
  }

  private add(id: string): void {
    const end = id.slice(-1);
    if (!this.ids.has(end)) this.ids.set(end, new Set());
    this.ids.get(end)!.add(id);
  }
}
