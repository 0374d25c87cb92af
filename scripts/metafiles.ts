/** Where esbuild writes what is in each bundle. */
export const METAFILES = '.esbuild';
