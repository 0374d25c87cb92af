/** Shortens a description to the length that a service allows: it can contain a construct's path, which has any length. */
export function shortened(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 3)}...` : text;
}
