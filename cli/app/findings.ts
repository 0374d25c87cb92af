import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

/** The report of newer versions of aws-cdk-lib about templates that violate CloudFormation schemas. */
const REPORT = 'validation-report.json';

/** A warning or other message that does not stop the synthesis. */
export interface Finding {
  readonly level: string;
  readonly construct: string;
  readonly text: string;
}

/** Messages of constructs, and what aws-cdk-lib reports about their templates. */
export function findingsIn(assembly: CloudAssembly): Finding[] {
  const annotations = assembly.stacksRecursively.flatMap(({ messages }) =>
    messages.map(({ id, level, entry }) => ({
      level: String(level),
      construct: id.replace(/^\//, ''),
      text: String(entry.data).replace(/ \[ack: [^\]]+\]$/, ''),
    })),
  );
  const unique = new Map([...annotations, ...reported(assembly)].map((finding) => [JSON.stringify(finding), finding]));
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

/** Suppresses the report that aws-cdk-lib prints, with the path of a folder that is renamed or deleted afterwards. */
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
