import { join } from 'node:path';
import { DEMO_FOLDER, readDemoAccount } from './launcher/demo-account.ts';
import { freePortFrom } from './launcher/free-port.ts';
import { codeLines } from './launcher/screen.ts';
import { startService } from './launcher/start-service.ts';
import { listenForShop } from './shop/listen.ts';
import { isPort } from './shop/options.ts';

/** In the built tree, the entry is beside this file. */
const SERVICE_ENTRY = join(import.meta.dirname, 'start.cjs');
const SERVICE_PORT = 8080;
const SHOP_PORT = 8081;

const STOP = Symbol('asked to stop');

/**
 * `npm start`: starts the service with a demo account and the shop, and prints what you need to try a login. `--fresh`
 * deletes the demo of an earlier start; `--codes` starts nothing and prints the logins with the codes of this moment.
 */
async function main(): Promise<void> {
  const { env, argv } = process;
  const option = argv[2];
  if (argv.length > 3 || (option !== undefined && option !== '--fresh' && option !== '--codes')) {
    throw new Error('usage: npm start [-- --fresh | --codes]');
  }
  const dataFolder = env.COUNTERSIGN_DATA || DEMO_FOLDER;
  if (option === '--codes') {
    console.log(codeLines(await readDemoAccount(dataFolder), Date.now()).join('\n'));
    return;
  }
  const isFresh = option === '--fresh';
  // Listen for signals first, so that a signal at any time also stops the service.
  const stopped = signalled();
  // Use configured addresses as they are; otherwise, and for port 0, the next free ports.
  const chosen = env.COUNTERSIGN_LISTEN || '127.0.0.1:0';
  const listen = chosen.endsWith(':0') ? `${chosen.slice(0, -1)}${await freePortFrom(SERVICE_PORT)}` : chosen;
  const servicePort = Number(listen.slice(listen.lastIndexOf(':') + 1));
  const chosenPort = env.SHOP_PORT ? Number(env.SHOP_PORT) : undefined;
  if (chosenPort !== undefined && !isPort(chosenPort)) throw new Error('SHOP_PORT must be a port, 0 to 65535.');

  const shop = await listenForShop(chosenPort ?? (await freePortFrom(SHOP_PORT, [servicePort])));
  try {
    const starting = startService({ entry: SERVICE_ENTRY, listen, dataFolder, isFresh, shop: shop.url, env });
    // Load the rest while the service, a process of its own, starts.
    const loading = Promise.all([import('./shop/start-shop.ts'), import('./launcher/show-screen.ts')]);
    const service = await Promise.race([starting, stopped]);
    if (service === STOP) return;
    try {
      const [{ openShop }, { showScreen }] = await loading;
      const { resource, apiKey } = await readDemoAccount(dataFolder);
      // The service uses a name and the shop a number, so that browsers treat them as two sites, as in production.
      const url = env.COUNTERSIGN_URL || `http://localhost:${servicePort}`;
      openShop(shop, { service: url, resource, apiKey, demo: true });
      await Promise.all([url, shop.url].map(answer));
      const read = () => readDemoAccount(dataFolder);
      const stopScreen = await showScreen(
        { service: url, shop: shop.url },
        { read, out: process.stdout, now: Date.now },
      );
      const reason = await Promise.race([stopped, service.ended]);
      stopScreen();
      await shop.close();
      if (reason !== STOP) throw new Error(`The service stopped: ${reason}`);
    } finally {
      await service.stop();
    }
  } finally {
    await shop.close();
  }
}

/** Any response will do, even a 404. */
async function answer(url: string): Promise<void> {
  await (await fetch(url)).arrayBuffer();
}

function signalled(): Promise<typeof STOP> {
  return new Promise((resolve) => {
    // Also the second time: a signal without a handler would end the launcher before it has stopped the service.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(STOP));
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
