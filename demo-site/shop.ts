import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readShopEnvironment } from './shop/options.ts';
import { startShop } from './shop/start-shop.ts';

/** Starts the shop alone, for a service that already runs. Configured by SHOP_* variables. */
async function main(): Promise<void> {
  const { url, close } = await startShop(readShopEnvironment(process.env));
  console.log(`Shop  ${url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(`The shop could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
