import type { FetchLike } from '../../clients/typescript/src/index.ts';

export interface ShopOptions {
  /** The shop's own origin, without a trailing slash. Requests for another host are redirected here. */
  url: string;
  /** Origin of the Countersign service: the source of the widget, and the `iss` of results. */
  service: string;
  /** The shop's resource, `res_...`. */
  resource: string;
  /** Used by this backend only; no page contains it. */
  apiKey: string;
  /** Tells visitors of the sign-in page where the demo's login is printed. Default false. */
  demo?: boolean;
  /** Sends requests to the service. Default: the runtime's own fetch. */
  fetch?: FetchLike;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

/** The shop's environment variables. With `SHOP_PORT` 0 or absent it listens on any free port. */
export interface ShopEnvironment {
  port: number;
  service: string;
  resource: string;
  apiKey: string;
}

/** @throws Error naming every variable that is missing or unusable, never a value. */
export function readShopEnvironment(env: Readonly<Record<string, string | undefined>>): ShopEnvironment {
  const port = Number(env.SHOP_PORT ?? '0');
  const service = env.SHOP_SERVICE_URL ?? '';
  const { SHOP_RESOURCE: resource = '', SHOP_API_KEY: apiKey = '' } = env;
  const problems = [
    !isPort(port) && 'SHOP_PORT must be a port, 0 to 65535',
    !isOrigin(service) && 'SHOP_SERVICE_URL must be the origin of the service, such as http://localhost:8080',
    !/^res_\w+$/.test(resource) && 'SHOP_RESOURCE must be the id of a resource, res_...',
    apiKey === '' && 'SHOP_API_KEY must be an API key of the service',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { port, service, resource, apiKey };
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function isOrigin(text: string): boolean {
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
}
