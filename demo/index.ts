import { parseArgs } from 'node:util';
import { DemoServer } from './server';

/** `npm run demo [-- --port 8080]` */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } });
  const server = await DemoServer.start(Number(values.port));
  console.log(`The demo is ready at ${server.url}. Press Ctrl+C to stop it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().then(() => process.exit()));
  }
}

void main();
