const pending = new Set<() => Promise<void>>();
let isInterrupted = false;

/**
 * Creates something in AWS, uses it, and deletes it again: also if its creation or its use fails, and if the process is
 * interrupted.
 *
 * @param remove must succeed if nothing was created
 */
export async function withCleanup<T>(
  create: () => Promise<unknown>,
  use: () => Promise<T>,
  remove: () => Promise<void>,
): Promise<T> {
  if (isInterrupted) return never();
  const creating = create();
  let removed: Promise<void> | undefined;
  const removeOnce = () =>
    (removed ??= creating
      .catch(() => undefined) // the request may have been sent
      .then(remove)
      .finally(() => pending.delete(removeOnce)));
  pending.add(removeOnce);
  try {
    await creating;
    return await use();
  } finally {
    await removeOnce();
    if (isInterrupted) await never();
  }
}

/**
 * Deletes what commands that were interrupted would leave behind in AWS. Afterwards, they create nothing.
 *
 * @returns what could not be deleted, as messages
 */
export async function cleanUpAll(): Promise<string[]> {
  isInterrupted = true;
  const results = await Promise.allSettled([...pending].map((remove) => remove()));
  return results.flatMap((result) => (result.status === 'rejected' ? String(result.reason?.message) : []));
}

/** Whether there is something to delete. */
export function mustCleanUp(): boolean {
  return pending.size > 0;
}

/** The process ends before a command that was interrupted continues. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
