/**
 * The version of HAProxy that the servers run by default: a tag of the official image. The end-to-end suite installs the
 * same line (`major.minor`), so that it tests the configuration with what is deployed.
 */
export const HAPROXY_VERSION = '3.2.24';
