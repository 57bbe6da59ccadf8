/**
 * Routes of the administrators' console, known to the service and to the console's pages. The four routes of links in
 * mails and logs carry a secret after `#`, which no server sees.
 *
 * A route may have several addresses. `:name` stands for an id, `:name(one|two)` for one of these words; the value is
 * passed to the route as its parameter.
 */
export const CONSOLE_ROUTES = {
  setup: ['/setup'],
  invitation: ['/invitation'],
  recovery: ['/recovery'],
  reset: ['/new-password'],
  home: ['/console'],
  ownSignIn: ['/console/your-sign-in'],
  resources: [
    '/console/resources',
    '/console/resources/:page(new)',
    '/console/resources/:id',
    '/console/resources/:id/:tab(appearance|texts|embed|try)',
    '/console/resources/:id/settings/:section(where|sign-in|tokens|self-service|filters|browsers|results|hook|webhooks)',
  ],
  users: [
    '/console/users',
    '/console/users/:page(new|import|links)',
    '/console/users/:id',
    '/console/users/:id/:tab(details|history)',
  ],
  tokens: [
    '/console/tokens',
    '/console/tokens/:page(new|import)',
    '/console/tokens/:id',
    '/console/tokens/:id/:tab(details|history)',
  ],
  filters: ['/console/filters', '/console/filters/:page(new)', '/console/filters/:id'],
  events: ['/console/events'],
  administrators: ['/console/administrators', '/console/administrators/:page(new)', '/console/administrators/:id'],
  apiKeys: ['/console/api-keys', '/console/api-keys/:page(new)', '/console/api-keys/:id'],
  webhooks: [
    '/console/webhooks',
    '/console/webhooks/:page(new)',
    '/console/webhooks/:id',
    '/console/webhooks/:id/:tab(deliveries)',
  ],
  mail: ['/console/mail'],
  plan: ['/console/plan'],
} as const satisfies Record<string, readonly string[]>;
export type ConsoleRoute = keyof typeof CONSOLE_ROUTES;

/** The route of an address. */
export interface RouteMatch {
  route: ConsoleRoute;
  params: Readonly<Record<string, string>>;
}

const PARAMETER = /^:([a-z]+)(?:\(([a-z|-]+)\))?$/;
const ID = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{11}$/;

/** The route at this path, or undefined. */
export function routeAt(path: string): RouteMatch | undefined {
  for (const route of Object.keys(CONSOLE_ROUTES) as ConsoleRoute[]) {
    for (const pattern of CONSOLE_ROUTES[route]) {
      const params = match(pattern.split('/'), path.split('/'));
      if (params) return { route, params };
    }
  }
  return undefined;
}

function match(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const part = path[at] ?? '';
    const [, name, words] = PARAMETER.exec(expected) ?? [];
    if (name === undefined ? part !== expected : !(words?.split('|').includes(part) ?? ID.test(part))) return undefined;
    if (name !== undefined) params[name] = part;
  }
  return params;
}
