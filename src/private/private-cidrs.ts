/** The private IPv4 ranges of RFC 1918: the default for the clients of a proxy. */
export const PRIVATE_CIDRS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
