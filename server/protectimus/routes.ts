import { Hono } from 'hono';
import type { PlanCatalogue } from '../billing/plans.ts';
import type { Surface } from '../http/api/route.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { bodyLimit } from '../http/middleware/body-limit.ts';
import { faultOf, RequestRefusal } from '../http/problem.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { authenticateKey } from './authenticate-key.ts';
import { type Endpoint, findEndpoint } from './endpoint.ts';
import { authenticationRows } from './endpoints/authentication.ts';
import { answerFailure, answerOk, answerRefusal, FORMATS, type Format } from './endpoints/envelope.ts';
import { readFields } from './endpoints/fields.ts';
import { resourceRows } from './endpoints/resources.ts';
import { tokenRows } from './endpoints/tokens.ts';
import { userRows } from './endpoints/users.ts';
import { readCredentials, refusePlaintext } from './http-auth.ts';
import { ProtocolError } from './protocol-error.ts';

interface DialectOptions {
  issuer: string;
  /** Of trusted reverse proxies, where TLS ends. */
  trustedProxies: readonly string[];
  plans: PlanCatalogue;
  /** `public`: only the endpoints that authenticate. */
  surface: Surface;
}

/** Every endpoint of the dialect; `docs/protectimus.md` has the same table. */
export const ENDPOINTS: readonly Endpoint[] = [...authenticationRows, ...resourceRows, ...tokenRows, ...userRows];

/** Mount paths: some published clients omit the version. Under `/api` only its services are served. */
export const DIALECT_PATHS: readonly string[] = [
  '/api/v1',
  ...new Set(ENDPOINTS.map(({ path }) => `/api/${path.split('/', 1)[0]}`)),
];

/**
 * The Protectimus-compatible API: forms and XML over the use-cases of the native one. It refuses every request until a
 * key for it is created, since an attacker can replay an intercepted password within its hour.
 */
export function protectimus(ports: Ports, options: DialectOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const endpoints = options.surface === 'public' ? authenticationRows : ENDPOINTS;
  app.onError((error, c) => {
    const { format } = partsOf(c.req.path, c.req.header('accept'));
    if (error instanceof ProtocolError) {
      c.set('refusal', 'INPUT_INVALID');
      return answerFailure(c, format, { failure: error.code, message: error.message });
    }
    if (error instanceof RequestRefusal) return answerRefusal(c, format, { refused: error.code });
    return answerRefusal(c, format, faultOf(error, c.get('log')));
  });
  app.use(bodyLimit());
  app.all('/*', async (c) => {
    const { format, path } = partsOf(c.req.path, c.req.header('accept'));
    c.set('route', '/api/v1');
    const insecure = refusePlaintext(c, format, options);
    if (insecure) return insecure;
    const credentials = readCredentials(c);
    const caller = credentials && (await authenticateKey(ports, { ...credentials, address: c.get('clientAddress') }));
    if (!caller || isRefusal(caller)) {
      const barred = caller?.refused === 'RATE_LIMITED';
      c.set('refusal', caller?.refused ?? 'API_KEY_MISSING');
      if (barred) c.header('retry-after', String(Math.max(1, Math.ceil((caller.retryAfterMs ?? 0) / 1000))));
      // RFC 9110 15.5.2 requires a challenge with every 401.
      else c.header('www-authenticate', 'Basic realm="countersign", charset="UTF-8"');
      const message = barred ? 'Too many wrong passwords. Wait a minute.' : 'The user name or the password is wrong.';
      return answerFailure(c, format, { failure: 'ACCESS_RESTRICTION', message, status: barred ? 429 : 401 });
    }
    const act = { actor: caller.actor, ...clientInfo(c) };
    c.set('act', act);
    const found = findEndpoint(endpoints, c.req.method === 'HEAD' ? 'GET' : c.req.method, path);
    if (found) c.set('route', `/api/v1/${found.row.path}`);
    if (!found) throw new ProtocolError('INVALID_URL_PATTERN', 'There is no such address, or not with this method.');
    const fields = await readFields(c, found.row.fields);
    const { plans } = options;
    const request = { ports, act, key: caller.text, fields, numbers: found.numbers, plans };
    const outcome = await found.row.answer(request);
    return isRefusal(outcome) ? answerRefusal(c, format, outcome) : answerOk(c, format, outcome);
  });
  return app;
}

/** Splits a path into the format of its suffix, else of the Accept header, and the path without suffix. */
function partsOf(fullPath: string, accept: string | undefined): { format: Format; path: string } {
  const path = fullPath.replace(/^\/api(?:\/v1)?\/?/, '');
  const format = FORMATS.find((one) => path.endsWith(`.${one}`));
  if (format) return { format, path: path.slice(0, -format.length - 1) };
  return { format: accept?.includes('xml') && !accept.includes('json') ? 'xml' : 'json', path };
}
