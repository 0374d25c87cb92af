/** The runbook, with a section for each alarm. */
export const RUNBOOK_URL =
  'https://github.com/cdk-media-replication/cdk-media-replication/blob/main/docs/operations.md';

/**
 * The description of an alarm, with a link to its section of the runbook.
 *
 * @param description the problem, and the first step
 * @param section the anchor of the heading in docs/operations.md
 */
export function withRunbook(description: string, section: string): string {
  return `${description} ${RUNBOOK_URL}#${section}`;
}
