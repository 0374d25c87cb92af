import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

/** What newer versions of aws-cdk-lib write about templates that CloudFormation's schemas refuse. */
const REPORT = 'validation-report.json';

/** Something that is odd, but does not stop a synthesis. */
export interface Finding {
  readonly level: string;
  readonly construct: string;
  readonly text: string;
}

/** What constructs say of themselves, and what aws-cdk-lib found in their templates. */
export function findingsIn(assembly: CloudAssembly): Finding[] {
  const said = assembly.stacksRecursively.flatMap(({ messages }) =>
    messages.map(({ id, level, entry }) => ({
      level: String(level),
      construct: id.replace(/^\//, ''),
      text: String(entry.data).replace(/ \[ack: [^\]]+\]$/, ''),
    })),
  );
  const unique = new Map([...said, ...reported(assembly)].map((finding) => [JSON.stringify(finding), finding]));
  return [...unique.values()];
}

function reported({ directory }: CloudAssembly): Finding[] {
  const file = join(directory, REPORT);
  if (!existsSync(file)) return [];
  const { pluginReports = [] } = JSON.parse(readFileSync(file, 'utf8'));
  return pluginReports.flatMap(({ violations = [] }: any) =>
    violations.flatMap(({ description, violatingConstructs = [] }: any) =>
      violatingConstructs.map(({ constructPath }: any) => ({
        level: 'warning',
        construct: String(constructPath),
        text: String(description),
      })),
    ),
  );
}

/** aws-cdk-lib prints its report too, with the path of a folder that is soon renamed or gone. */
export function withoutPrintedReport<T>(synth: () => T): T {
  const print = console.error;
  console.error = (...line: unknown[]) => {
    if (!String(line[0]).includes(REPORT)) print(...line);
  };
  try {
    return synth();
  } finally {
    console.error = print;
  }
}
