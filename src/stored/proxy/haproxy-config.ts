/** S3 in one region. */
export interface Upstream {
  /** The host name of the bucket, which S3 receives, and for which its certificate is verified. */
  readonly host: string;
  /**
   * The DNS name that the servers connect to.
   *
   * @default - the host name
   */
  readonly address?: string;
}

/** The primary, which has its own host name for clients. */
export interface PrimaryUpstream extends Upstream {
  /** The host name that clients use. */
  readonly domainName: string;
}

/** The settings that differ between proxies. */
export interface HaproxyConfigOptions {
  /** The only host to which requests are sent: `bucket.s3.eu-west-1.amazonaws.com`. */
  readonly upstreamHost: string;
  readonly primary?: PrimaryUpstream;
  /** The memory of a server, in MiB. */
  readonly memoryLimitMiB: number;
  /** The idle timeout of the load balancer, in seconds. The server must keep idle connections longer. */
  readonly balancerIdleTimeout: number;
}

/** The port that the servers listen on. */
export const PROXY_PORT = 8080;

/** Fits the longest key, 1,024 bytes, percent-encoded and escaped in JSON. HAProxy's default would cut such a line. */
const MAX_LOG_LINE = 8192;

/**
 * Each connection needs two file descriptors and at most about 100 KB of memory. The default size has 2 GiB and 65,536
 * descriptors.
 */
const MAX_CONNECTIONS = 8_000;
const MEMORY_OF_MAX_CONNECTIONS_MIB = 2048;

/** Answers without contacting S3: whether the server is running. */
export const PING_PATH = '/ping';

/** Whether the server can reach S3: 200 if at least one of S3's addresses is healthy, otherwise 503. */
export const DEEP_PING_PATH = '/ping/s3';

/** Shows whether a server can reach S3 in the primary's region. */
export const PRIMARY_PING_PATH = '/ping/primary';

/** The request headers that are forwarded to S3. A link signs only the Host header, which is overwritten. */
const PASSED_HEADERS = [
  'accept',
  'access-control-request-headers',
  'access-control-request-method',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'origin',
  'range',
  'user-agent',
];

/**
 * Returns the HAProxy configuration of a proxy that forwards presigned links unchanged.
 *
 * Why the less obvious lines are needed:
 * - The request target is forwarded byte for byte: no line reads or rewrites the path or the query. Targets in absolute
 *   form are rejected, because they name a host themselves.
 * - `Host`, SNI and the verified certificate name are those of the bucket, whatever the client sends. The client's `Host`
 *   only selects one of the two buckets, if the proxy serves the primary.
 * - Links to the primary are signed for S3's host name too. The servers connect to the endpoint's own DNS name, because
 *   S3's name resolves to public addresses without private DNS.
 * - Request bodies are rejected: GET and HEAD have none, and request smuggling needs one.
 * - Clear-text HTTP/2 is rejected: its requests can have a body without any header that announces it.
 * - `resolvers` refreshes the addresses of S3 when DNS answers expire, and `server-template` has a slot for each address,
 *   so that connections are pooled and still follow address changes.
 * - A request is retried on another address if its connection fails before S3 responds. GET and HEAD are safe to retry.
 * - The log contains the path but never the query, which contains the signature of the link.
 */
export function haproxyConfig(options: HaproxyConfigOptions): string {
  const { upstreamHost, primary, balancerIdleTimeout, memoryLimitMiB } = options;
  return `global
  log stdout len ${MAX_LOG_LINE} format raw local0 info
  maxconn ${maxConnections(memoryLimitMiB)}
  # Fits a request target of 8 KB and the headers of a browser. S3 accepts at most 8 KB of headers.
  tune.bufsize 32768
  ssl-default-server-options ssl-min-ver TLSv1.2

resolvers vpc
  parse-resolv-conf
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 5s
  hold obsolete 30s
  accepted_payload_size 4096

defaults
  mode http
  log global
  option http-keep-alive
  option dontlognull
  option redispatch 1
  http-reuse always
  retries 3
  retry-on conn-failure empty-response 0rtt-rejected
  timeout http-request 10s
  timeout http-keep-alive ${balancerIdleTimeout + 15}s
  timeout client 60s
  timeout client-fin 10s
  timeout connect 3s
  timeout server 60s
  timeout queue 10s
  timeout check 5s

frontend links
  bind :${PROXY_PORT}
  option disable-h2-upgrade
  http-request set-var(txn.path) path
  log-format "%{+json}o %(time)[date(0,ms),ms_ltime(%Y-%m-%dT%H:%M:%S.%3N%z)] %(method)HM %(path)[var(txn.path)] %(status)ST %(bytes)B %(waitMs)Tw %(connectMs)Tc %(responseMs)Tr %(totalMs)Ta %(end)ts %(s3RequestId)[var(txn.s3_request_id)]"
  acl is_read method GET HEAD
  acl is_preflight method OPTIONS
  acl has_origin req.hdr(origin) -m found
  acl asks_for_method req.hdr(access-control-request-method) -m found
  acl is_origin_form url_beg /
  acl has_body req.hdr_cnt(transfer-encoding) gt 0
  acl has_body req.hdr_val(content-length) gt 0
  # An object can have the key "ping": a link to it has a query string, the health check has none.
  http-request return status 200 content-type text/plain string ok if is_read { url ${PING_PATH} }
  http-request return status 200 content-type text/plain string ok if is_read { url ${DEEP_PING_PATH} } { nbsrv(s3) gt 0 }
  http-request return status 503 content-type text/plain string "S3 is unreachable" if is_read { url ${DEEP_PING_PATH} }
${primary ? PRIMARY_PING : ''}  http-request return status 405 hdr Allow "GET, HEAD, OPTIONS" content-type text/plain string "only GET, HEAD and CORS preflight requests are allowed" if !is_read !is_preflight
  http-request return status 405 hdr Allow "GET, HEAD, OPTIONS" content-type text/plain string "only GET, HEAD and CORS preflight requests are allowed" if is_preflight !has_origin or is_preflight !asks_for_method
  http-request return status 400 content-type text/plain string "absolute request targets are not allowed" if !is_origin_form
  http-request return status 400 content-type text/plain string "request bodies are not allowed" if has_body
  http-request del-header ^(?!(${PASSED_HEADERS.join('|')})$) -m reg
${primary ? `  use_backend primary if { req.hdr(host),host_only -i ${primary.domainName} }\n` : ''}  default_backend s3

${backend('s3', { host: upstreamHost })}${primary ? `\n${backend('primary', primary)}` : ''}`;
}

const PRIMARY_PING = `  http-request return status 200 content-type text/plain string ok if is_read { url ${PRIMARY_PING_PATH} } { nbsrv(primary) gt 0 }
  http-request return status 503 content-type text/plain string "S3 is unreachable" if is_read { url ${PRIMARY_PING_PATH} }
`;

function backend(name: string, { host, address = host }: Upstream): string {
  return `backend ${name}
  http-request set-header Host ${host}
  http-response set-var(txn.s3_request_id) res.hdr(x-amz-request-id)
  option httpchk
  http-check send meth HEAD uri / ver HTTP/1.1 hdr Host ${host}
  # S3 answers unsigned requests with 403, which shows that it is healthy.
  http-check expect rstatus ^[234]
  default-server inter 10s fastinter 1s fall 3 rise 1 check pool-max-conn -1 pool-purge-delay 20s
  server-template ${name}- 8 ${address}:443 resolvers vpc resolve-prefer ipv4 init-addr none ssl alpn http/1.1 verify required ca-file @system-ca sni str(${host}) verifyhost ${host} check-sni ${host}
`;
}

function maxConnections(memoryLimitMiB: number): number {
  return Math.min(MAX_CONNECTIONS, Math.floor((MAX_CONNECTIONS * memoryLimitMiB) / MEMORY_OF_MAX_CONNECTIONS_MIB));
}
