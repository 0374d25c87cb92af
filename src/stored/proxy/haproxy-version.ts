/**
 * The version of HAProxy that the servers run by default: a tag of the official image. The end-to-end suite runs the
 * configuration in the version that Debian has, and says so if that is of another release line.
 */
export const HAPROXY_VERSION = '3.2.24';
