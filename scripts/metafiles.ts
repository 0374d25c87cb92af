/** The folder of esbuild's metafiles, which list the contents of each bundle. */
export const METAFILES = '.esbuild';
