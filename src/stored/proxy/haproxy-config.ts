/** What the server must know; all of it is fixed when the template is made or by the container's environment. */
export interface HaproxyConfigOptions {
  /** The only host that requests are ever sent to: `bucket.s3.eu-west-1.amazonaws.com`. */
  readonly upstreamHost: string;
  /** How long the balancer keeps an idle connection, in seconds; the server must keep it longer. */
  readonly balancerIdleTimeout: number;
  /** How many client connections one task takes. */
  readonly maxConnections: number;
}

/** The port that the server listens on, inside the VPC. */
export const PROXY_PORT = 8080;

/** Answers without S3: is the server up? */
export const PING_PATH = '/ping';

/** Answers 200 while at least one of S3's addresses does, else 503: can the server reach S3? */
export const DEEP_PING_PATH = '/ping/s3';

/** Request headers that reach S3, besides the Host that we write. What is signed in a link is its host only. */
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
 * HAProxy's configuration for a proxy that passes presigned links on as they are.
 *
 * Why each of the less obvious lines is there:
 * - The request target is passed byte for byte: nothing here reads or writes the path or the query. Targets in absolute
 *   form are refused, since they name a host of their own.
 * - `Host`, SNI and the verified name are the bucket's, whatever the client says.
 * - Bodies are refused: GET and HEAD have none, and a body is what request smuggling needs.
 * - `resolvers` asks the VPC's DNS again as answers expire, and `server-template` has a slot for each address of S3, so
 *   that connections are pooled and still follow S3 when it moves.
 * - A request is tried again on another address if its connection fails before S3 has answered: GET and HEAD may be.
 * - The log has the path but never the query, which holds the link's signature.
 */
export function haproxyConfig(options: HaproxyConfigOptions): string {
  const { upstreamHost, balancerIdleTimeout, maxConnections } = options;
  return `global
  log stdout format raw local0 info
  maxconn ${maxConnections}
  # A target of 8 KB and the headers that a browser sends fit; S3's own limit is 8 KB of headers.
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
  http-request set-var(txn.path) path
  log-format "%{+json}o %(time)[date(0,ms),ms_ltime(%Y-%m-%dT%H:%M:%S.%3N%z)] %(method)HM %(path)[var(txn.path)] %(status)ST %(bytes)B %(waitMs)Tw %(connectMs)Tc %(responseMs)Tr %(totalMs)Ta %(end)ts %(s3RequestId)[var(txn.s3_request_id)]"
  acl is_read method GET HEAD
  acl is_preflight method OPTIONS
  acl has_origin req.hdr(origin) -m found
  acl asks_for_method req.hdr(access-control-request-method) -m found
  acl is_origin_form url_beg /
  acl has_body req.hdr_cnt(transfer-encoding) gt 0
  acl has_body req.hdr_val(content-length) gt 0
  # An object may be called "ping": a link to it has a query, the health check has none.
  http-request return status 200 content-type text/plain string ok if is_read { url ${PING_PATH} }
  http-request return status 200 content-type text/plain string ok if is_read { url ${DEEP_PING_PATH} } { nbsrv(s3) gt 0 }
  http-request return status 503 content-type text/plain string "S3 does not answer" if is_read { url ${DEEP_PING_PATH} }
  http-request return status 405 hdr Allow "GET, HEAD, OPTIONS" content-type text/plain string "only GET, HEAD and CORS preflight" if !is_read !is_preflight
  http-request return status 405 hdr Allow "GET, HEAD, OPTIONS" content-type text/plain string "only GET, HEAD and CORS preflight" if is_preflight !has_origin or is_preflight !asks_for_method
  http-request return status 400 content-type text/plain string "no absolute request target" if !is_origin_form
  http-request return status 400 content-type text/plain string "no request body" if has_body
  http-request del-header ^(?!(${PASSED_HEADERS.join('|')})$) -m reg
  http-request set-header Host ${upstreamHost}
  default_backend s3

backend s3
  http-response set-var(txn.s3_request_id) res.hdr(x-amz-request-id)
  option httpchk
  http-check send meth HEAD uri / ver HTTP/1.1 hdr Host ${upstreamHost}
  # S3 answers somebody without a signature with 403, which is an answer.
  http-check expect rstatus ^[234]
  default-server inter 10s fastinter 1s fall 3 rise 1 check pool-max-conn -1 pool-purge-delay 20s
  server-template s3- 8 ${upstreamHost}:443 resolvers vpc resolve-prefer ipv4 init-addr none ssl alpn http/1.1 verify required ca-file @system-ca sni str(${upstreamHost}) verifyhost ${upstreamHost} check-sni ${upstreamHost}
`;
}
