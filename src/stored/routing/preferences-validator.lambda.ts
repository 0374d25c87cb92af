import { REGIONS_VARIABLE } from './contract';
import { parsePreferences } from './runtime/preferences';

/**
 * AppConfig invokes it before a document takes effect, and rejects the document if it throws.
 *
 * @see https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-configuration-and-profile-validators.html
 */
export async function handler({ content }: { readonly content: string }): Promise<void> {
  const regions: string[] = JSON.parse(process.env[REGIONS_VARIABLE]!);
  parsePreferences(Buffer.from(content, 'base64').toString(), regions);
}
