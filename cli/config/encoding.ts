import { ConfigError } from '../problems';

/** Decodes a file: UTF-8, or UTF-16 as Windows PowerShell writes it, with or without a byte order mark. */
export function decode(bytes: Buffer, file: string): string {
  const [first, second] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = bytes.length < 2 ? 'utf-8' : isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const message = 'got bytes that are not UTF-8, expected a text in UTF-8. Save the file with that encoding.';
    throw new ConfigError([{ file, line: lineOfInvalid(bytes), column: 1, path: '', message }]);
  }
}

/** The first line that is not UTF-8. */
function lineOfInvalid(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n');
  const isValid = (line: string) =>
    Buffer.from(Buffer.from(line, 'latin1').toString('utf8'), 'utf8').toString('latin1') === line;
  return Math.max(1, lines.findIndex((line) => !isValid(line)) + 1);
}
