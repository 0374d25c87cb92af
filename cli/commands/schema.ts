import { readFileSync } from 'node:fs';
import { Command } from '../context';
import { SCHEMA_FILE } from '../package-files';

/** Prints the JSON Schema, or its path. */
export const schema: Command = ({ path, stdout }) => {
  stdout.write(path ? `${SCHEMA_FILE}\n` : readFileSync(SCHEMA_FILE, 'utf8'));
};
