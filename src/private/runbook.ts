/** What to do when an alarm goes off: a section for each. */
export const RUNBOOK_URL =
  'https://github.com/cdk-media-replication/cdk-media-replication/blob/main/docs/operations.md';

/**
 * A description of an alarm that leads to its section of the runbook.
 *
 * @param description what is wrong, and what to do first
 * @param section the heading's anchor in docs/operations.md, which a test looks for
 */
export function withRunbook(description: string, section: string): string {
  return `${description} ${RUNBOOK_URL}#${section}`;
}
