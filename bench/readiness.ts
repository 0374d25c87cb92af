import { createServer, IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FirstCall } from './first-call';
import { Row, row } from './rows';
import { median } from './workspace';

const COUNT = 1_000;
const ROUNDS = 7;
const MINUTE = 60_000;
const PRIMARY_MS = 5;
const REPLICA_MS = 100;

type Call = (handler: string, env: object, event: object) => Promise<FirstCall>;

/**
 * The first call of an instance for 1,000 objects with `ReadinessMode.EXACT`, compared with HEAD requests to the replica.
 * Each request to the primary takes 5 ms, and each request to the replica 100 ms.
 */
export async function benchReadiness(call: Call, router: string, heads: string, settings: object): Promise<Row[]> {
  const s3 = await listen((request, response) => {
    const isReplica = request.url!.startsWith('/media-eu/');
    // Without it, which S3 always sends, Node.js does not reuse the connection.
    response.setHeader('content-length', '1000000');
    response.setHeader('last-modified', new Date(Date.now() - 5 * MINUTE).toUTCString());
    response.setHeader('x-amz-version-id', 'v1');
    response.setHeader('x-amz-replication-status', isReplica ? 'REPLICA' : 'COMPLETED');
    setTimeout(() => response.end(), isReplica ? REPLICA_MS : PRIMARY_MS);
  });
  const dynamo = await listen((request, response) => {
    request.resume();
    const Items = [{ sk: { S: '!' }, trackedFrom: { N: '0' }, readAt: { N: String(Date.now()) } }];
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    setTimeout(() => response.end(JSON.stringify({ Items, Count: 1 })), PRIMARY_MS);
  });
  const endpoints = { AWS_ENDPOINT_URL_S3: urlOf(s3), AWS_ENDPOINT_URL_DYNAMODB: urlOf(dynamo) };
  const exact = { ...settings, readiness: 'exact', readinessTimeoutMs: 10_000, states: 'media' };
  const routerEnv = { ...endpoints, MEDIA_ROUTER_SETTINGS: JSON.stringify(exact) };
  const eventFor = (minutes: number) => ({
    operation: 'ResolveLinks',
    preference: 'yes',
    objects: Array.from({ length: COUNT }, (_, index) => ({
      key: `shots/${index}/plate.mov`,
      createdAt: new Date(Date.now() - minutes * MINUTE).toISOString(),
    })),
  });
  const [old, young, asked]: number[][] = [[], [], []];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      old.push(await measure(call, router, routerEnv, eventFor(60)));
      young.push(await measure(call, router, routerEnv, eventFor(5)));
      asked.push(await measure(call, heads, endpoints, eventFor(60)));
    }
  } finally {
    [s3, dynamo].forEach((server) => server.close());
  }
  return [
    row('first call for 1,000 old objects, compared with asking the replica', median(old), 'ms', median(asked)),
    row('first call for 1,000 young objects, compared with asking the replica', median(young), 'ms', median(asked)),
  ];
}

/** Fails unless all links point to the replica. */
async function measure(call: Call, handler: string, env: object, event: object): Promise<number> {
  const { fromReady, answer } = await call(handler, env, event);
  const count = answer.match(/"source":"replica"/g)?.length;
  if (count !== COUNT) throw new Error(`${count} links point to the replica: ${answer.slice(0, 300)}`);
  return fromReady;
}

async function listen(handle: RequestListener<typeof IncomingMessage>): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
