import { getRequestListener } from '@hono/node-server';
import { createShop } from './create-shop.ts';
import { listenForShop, type ShopAddress } from './listen.ts';
import type { ShopOptions } from './options.ts';

export type RunningShop = Pick<ShopAddress, 'url' | 'close'>;

/**
 * Serves a shop on loopback. Port 0 means any free port.
 *
 * @throws as {@link listenForShop}
 */
export async function startShop({
  port,
  ...options
}: Omit<ShopOptions, 'url'> & { port: number }): Promise<RunningShop> {
  const address = await listenForShop(port);
  openShop(address, options);
  return address;
}

export function openShop(address: ShopAddress, options: Omit<ShopOptions, 'url'>): void {
  address.open(getRequestListener(createShop({ ...options, url: address.url }).fetch));
}
