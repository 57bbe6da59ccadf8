import { join } from 'node:path';
import { readDemoAccount } from './launcher/demo-account.ts';
import { freePortFrom } from './launcher/free-port.ts';
import { demoLines, showLiveCode } from './launcher/show-demo.ts';
import { startService } from './launcher/start-service.ts';
import { isPort } from './shop/options.ts';
import { startShop } from './shop/start-shop.ts';

/** Beside this file in the built tree. */
const SERVICE_ENTRY = join(import.meta.dirname, 'start.cjs');
const SERVICE_PORT = 8080;
const SHOP_PORT = 8081;

/** `npm start`: the service with a demo account, the shop, and on the screen all it takes to try a login. */
async function main(): Promise<void> {
  const { env } = process;
  const dataFolder = env.COUNTERSIGN_DATA || './data';
  // Addresses that somebody chose are taken as they are; otherwise the next free ones.
  const listen = env.COUNTERSIGN_LISTEN || `127.0.0.1:${await freePortFrom(SERVICE_PORT)}`;
  const servicePort = Number(listen.slice(listen.lastIndexOf(':') + 1));
  const shopPort = env.SHOP_PORT ? Number(env.SHOP_PORT) : await freePortFrom(SHOP_PORT, [servicePort]);
  if (!isPort(shopPort)) throw new Error('SHOP_PORT must be a port, 0 to 65535.');

  // By name, while the shop goes by number: to a browser these are two sites, as they are in real life.
  const serviceUrl = env.COUNTERSIGN_URL || `http://localhost:${servicePort}`;
  const service = await startService({ entry: SERVICE_ENTRY, listen, dataFolder, env });
  try {
    const account = await readDemoAccount(dataFolder);
    const { resource, apiKey } = account;
    const shop = await startShop({ port: shopPort, service: serviceUrl, resource, apiKey, demo: true });
    await Promise.all([serviceUrl, shop.url].map(answer));
    const shown = { service: serviceUrl, shop: shop.url, startedInMs: performance.now() };
    console.log(demoLines(shown, account, process.stdout.isTTY));
    const stopCode = showLiveCode(account.otpauthUri, process.stdout, Date.now);

    const reason = await Promise.race([asked(), service.ended]);
    stopCode();
    await Promise.all([shop.close(), service.stop()]);
    if (reason !== undefined) throw new Error(`The service stopped: ${reason}`);
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** Any answer will do, even one that there is nothing at this address. */
async function answer(url: string): Promise<void> {
  await (await fetch(url)).arrayBuffer();
}

function asked(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(undefined));
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
