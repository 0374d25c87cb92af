import type { Output } from '../context';
import type { AuditStatus } from '../status/audit';
import type { Terminal } from '../terminal/terminal';

const WIDTH = 30;
const ERASE_LINE = '\r\u001b[2K';

/**
 * Draws a progress bar on a terminal, and nothing elsewhere.
 *
 * @param status undefined when the run has ended, which removes the bar
 */
export function showProgress(status: AuditStatus | undefined, { isTerminal }: Terminal, stderr: Output): void {
  if (!isTerminal) return;
  if (!status) return void stderr.write(ERASE_LINE);
  const { done = 0, total = 0 } = status.run ?? {};
  const full = total === 0 ? 0 : Math.floor((done / total) * WIDTH);
  const bar = `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}`;
  stderr.write(`${ERASE_LINE}[${bar}] ${done} of ${total || '?'} queries`);
}
