import { ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Group, Row, row } from './rows';
import { median } from './workspace';
import { haproxyConfig } from '../src/stored/proxy/haproxy-config';
import { CACHE } from '../test/e2e/support/cache';
import { TestAuthority } from '../test/e2e/support/certificates';
import { Dns } from '../test/e2e/support/dns';
import { eventually } from '../test/e2e/support/eventually';

/** Not `execFileSync`, because the proxies send requests to the DNS server in this process meanwhile. */
const exec = promisify(execFile);

const HOST = 'bench-bucket.s3.eu-west-1.amazonaws.com';
const SERVERS = join(CACHE, 'servers');
const [ORIGIN, NAMESERVER] = ['127.0.0.2', '127.0.0.4'];
const [RUNS, SECONDS, CONNECTIONS] = [3, 5, 16];
const SIZES = { '1 MB': 1_000_000, '10 KB': 10_000, '5 GB': 5_000_000_000 };
const PORTS = { origin: 443, haproxy: 8443, nginx: 8444, typical: 8445 };

const GROUP = {
  title: 'The proxy',
  how: `An nginx origin serves files over TLS through the HAProxy configuration of the template, with TLS termination in front like the load balancer's. The results are compared with the origin without a proxy, with nginx with connection pooling, and with a typical configuration: plain HTTP to the client, HTTP/1.0 and a new connection to the origin for each request. \`wrk\` with ${CONNECTIONS} connections, the median of ${RUNS} runs of ${SECONDS} s. Client, proxy and origin share the cores. Higher is better. Memory: the peak of the server after it served one object of 5 GB, compared with the peak before.`,
  needs: 'the programs that test/e2e/install.sh installs, `wrk` and `curl`, and root permissions',
};

/**
 * Measures the configuration of the template in front of a fast TLS origin, compared with no proxy, with nginx with
 * connection pooling, and with a typical configuration.
 */
export async function benchProxy(): Promise<Group> {
  if (!existsSync(SERVERS) || spawnSucceeds('wrk', '-v') === false) {
    process.stderr.write(`Skipping the proxy: it requires ${GROUP.needs}.\n`);
    return { ...GROUP, versions: [], rows: [] };
  }
  const dir = mkdtempSync(join(tmpdir(), 'bench-proxy-'));
  const processes: ChildProcess[] = [];
  const dns = new Dns(HOST);
  dns.addresses = [ORIGIN];
  try {
    await dns.listen(NAMESERVER);
    prepare(dir);
    for (const name of ['origin', 'nginx', 'typical']) {
      processes.push(run('/usr/sbin/nginx', '-c', `/bench/${name}.conf`, '-g', 'daemon off;'));
    }
    const haproxy = run('/usr/sbin/haproxy', '-db', '-f', '/bench/haproxy.cfg');
    processes.push(haproxy);
    await eventually(async () => {
      for (const url of Object.values(URLS)) {
        await exec('curl', ['-skfo', '/dev/null', '-H', `Host: ${HOST}`, `${url}/10KB`]);
      }
    });
    return { ...GROUP, versions: await versions(), rows: [...(await throughput()), await streaming(haproxy.pid!)] };
  } finally {
    for (const each of processes) each.kill('SIGTERM');
    dns.close();
    for (const path of [dir, join(SERVERS, 'bench')]) rmSync(path, { recursive: true, force: true });
  }
}

const URLS = {
  direct: `https://${ORIGIN}`,
  haproxy: `https://127.0.0.1:${PORTS.haproxy}`,
  nginx: `https://127.0.0.1:${PORTS.nginx}`,
  typical: `http://127.0.0.1:${PORTS.typical}`,
};

async function versions(): Promise<string[]> {
  const ask = async (...command: string[]) => {
    const { stdout, stderr } = await exec('chroot', [SERVERS, ...command]);
    return /[\d.]+\d/.exec(stdout || stderr)![0];
  };
  return [`HAProxy ${await ask('/usr/sbin/haproxy', '-v')}`, `nginx ${await ask('/usr/sbin/nginx', '-v')}`];
}

async function throughput(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of ['1 MB', '10 KB']) {
    const rates: Record<string, number[]> = { direct: [], haproxy: [], nginx: [], typical: [] };
    for (let time = 0; time < RUNS; time++) {
      for (const [name, url] of Object.entries(URLS)) rates[name].push(await load(`${url}/${size.replace(' ', '')}`));
    }
    const [direct, haproxy, nginx, typical] = ['direct', 'haproxy', 'nginx', 'typical'].map((name) =>
      median(rates[name]),
    );
    rows.push(
      row(`proxy, ${size} objects, compared with no proxy`, haproxy, 'requests/s', direct),
      row(`nginx instead, ${size} objects, compared with no proxy`, nginx, 'requests/s', direct),
      row(`proxy, ${size} objects, compared with a typical configuration`, haproxy, 'requests/s', typical),
    );
  }
  return rows;
}

/** The peak memory of the server after it served one 5 GB object, compared with the peak before. */
async function streaming(pid: number): Promise<Row> {
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
  const before = peak();
  await exec('curl', ['-skfo', '/dev/null', `${URLS.haproxy}/5GB`]);
  return row('proxy memory after a 5 GB object', peak(), 'MiB', before);
}

async function load(url: string): Promise<number> {
  const { stdout: output } = await exec('wrk', [
    '-t',
    '2',
    '-c',
    String(CONNECTIONS),
    '-d',
    `${SECONDS}s`,
    '-H',
    `Host: ${HOST}`,
    url,
  ]);
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`The load test of ${url} reported errors:\n${output}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1]);
}

function prepare(dir: string): void {
  const bench = join(SERVERS, 'bench');
  rmSync(bench, { recursive: true, force: true });
  mkdirSync(join(bench, 'files'), { recursive: true });
  for (const [size, bytes] of Object.entries(SIZES)) {
    const file = join(bench, 'files', size.replace(' ', ''));
    writeFileSync(file, '');
    truncateSync(file, bytes);
  }
  const authority = new TestAuthority(dir);
  const { cert, key } = authority.issue(HOST);
  writeFileSync(join(bench, 'pair.pem'), `${cert}${key}`);
  writeFileSync(join(SERVERS, 'etc/resolv.conf'), `nameserver ${NAMESERVER}\n`);
  rmSync(join(SERVERS, 'etc/ssl/certs'), { recursive: true, force: true });
  mkdirSync(join(SERVERS, 'etc/ssl/certs'));
  writeFileSync(join(SERVERS, 'etc/ssl/certs/test.pem'), authority.certificate);

  const config = haproxyConfig({ upstreamHost: HOST, balancerIdleTimeout: 120, memoryLimitMiB: 2048 });
  writeFileSync(
    join(bench, 'haproxy.cfg'),
    config.replace('bind :8080', `bind :${PORTS.haproxy} ssl crt /bench/pair.pem alpn http/1.1`),
  );
  writeFileSync(join(bench, 'origin.conf'), nginxConfig('origin', ORIGIN_SERVER));
  writeFileSync(join(bench, 'nginx.conf'), nginxConfig('nginx', POOLING_SERVER));
  writeFileSync(join(bench, 'typical.conf'), nginxConfig('typical', TYPICAL_SERVER));
}

const TLS = 'ssl_certificate /bench/pair.pem; ssl_certificate_key /bench/pair.pem;';

const ORIGIN_SERVER = `server { listen ${ORIGIN}:443 ssl; ${TLS} root /bench/files; access_log off; }`;

const POOLING_SERVER = `
  resolver ${NAMESERVER} valid=5s;
  upstream s3 { zone s3 64k; server ${HOST}:443 resolve; keepalive 64; }
  server {
    listen ${PORTS.nginx} ssl; ${TLS}
    location / {
      proxy_pass https://s3$request_uri; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host ${HOST};
      proxy_ssl_server_name on; proxy_ssl_name ${HOST}; proxy_ssl_verify on;
      proxy_ssl_trusted_certificate /etc/ssl/certs/test.pem; proxy_max_temp_file_size 0;
    }
  }`;

/** A typical configuration: HTTP/1.0 to S3, a new connection for each request, whole targets in the log. */
const TYPICAL_SERVER = `
  resolver ${NAMESERVER} valid=5s;
  server { listen ${PORTS.typical}; location / { proxy_pass https://${HOST}; proxy_set_header Host ${HOST}; proxy_ssl_server_name on; } }`;

function nginxConfig(name: string, server: string): string {
  return `user root; worker_processes 2; pid /bench/${name}.pid; error_log /bench/${name}.log;
events { worker_connections 1024; }
http { access_log /bench/${name}-access.log; sendfile on; keepalive_requests 1000000; ${server} }
`;
}

function run(...command: string[]): ChildProcess {
  return spawn('chroot', [SERVERS, ...command], { stdio: 'ignore' });
}

function spawnSucceeds(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
