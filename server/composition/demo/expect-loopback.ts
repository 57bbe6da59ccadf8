import type { Config } from '../../config/load-config.ts';
import { isLoopbackHost } from '../../kernel/addresses.ts';

type Reach = Pick<Config, 'url' | 'listen' | 'adminListen' | 'metricsListen' | 'trustedProxies' | 'tls'>;

/**
 * The demo prints the passwords of its account, so no other machine may reach it: not on a listener, and not through a
 * proxy for its public URL (SR-42).
 *
 * @throws Error naming what would let others in
 */
export function expectLoopback({ url, listen, adminListen, metricsListen, trustedProxies, tls }: Reach): void {
  const listeners = [listen, adminListen, metricsListen].filter((one) => one !== undefined);
  if (!listeners.every(({ host }) => isLoopbackHost(host))) {
    throw new Error('--demo makes an account whose password is printed, so it listens on loopback only');
  }
  if (!isLoopbackHost(new URL(url).hostname)) {
    throw new Error('--demo is for this machine only: unset COUNTERSIGN_URL, or use localhost');
  }
  if (tls) throw new Error('--demo and its shop speak plain HTTP: unset COUNTERSIGN_TLS_CERT_FILE and its key');
  if (trustedProxies.length > 0) {
    throw new Error('--demo is for this machine only, without a proxy: unset COUNTERSIGN_TRUSTED_PROXIES');
  }
}
