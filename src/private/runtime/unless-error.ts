/** The result, or undefined if the request failed with one of the named errors. */
export async function unlessError<T>(sent: Promise<T>, ...names: string[]): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (names.includes((error as Error).name)) return undefined;
    throw error;
  }
}
