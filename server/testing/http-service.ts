import type { ApiScope } from '@countersign/protocol/api-keys';
import type { FirstScreens } from '@countersign/protocol/first-screen';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Hono } from 'hono';
import { apiKeyDocument } from '../api-keys/documents.ts';
import { type AppOptions, createApp } from '../app.ts';
import { largeBodies } from '../composition/api-routes.ts';
import type { AppEnv } from '../http/context.ts';
import { createReadiness } from '../http/readiness.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { BuiltFile } from '../kernel/ports/built-files.ts';
import { createApiKey } from './as-operator.ts';
import { type CapturedLog, capturedLog } from './captured-log.ts';
import { type ApiDocument, type DescribedApi, describedApi } from './described-api.ts';
import { overwrite, unwrap } from './fixtures.ts';
import { connectedFrom } from './http-app.ts';
import { ISSUER, openTestPorts, type TestPorts } from './test-ports.ts';

export interface Call {
  /** An API key. */
  key?: string | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged. */
  text?: string;
  headers?: Record<string, string>;
  /** The peer address. */
  from?: string;
}

/** A whole service behind `app.request()`, with its log and its ports. */
export interface Service {
  app: Hono<AppEnv>;
  ports: TestPorts;
  log: CapturedLog;
  /** `GET /v1/users`, with headers and body. */
  call(route: string, call?: Call): Promise<Response>;
  keyFor(account: AccountId, scopes?: ApiScope[], resources?: ResourceId[], lifetimeMs?: number): Promise<string>;
}

const file = (text: string, contentType: string): BuiltFile => ({
  body: new TextEncoder().encode(text),
  brotli: new TextEncoder().encode(`br:${text}`),
  contentType,
});

const LARGE_BODIES = largeBodies('all');

/** All services of tests describe the same API, so one checker is enough for a process. */
let described: Promise<DescribedApi> | undefined;

async function documentOf(ports: TestPorts, options: AppOptions): Promise<ApiDocument> {
  const unwatched = createApp(ports, { ...options, surface: 'all', log: capturedLog().log });
  return (await (await unwatched.request('/v1/openapi.json')).json()) as ApiDocument;
}

/** Fails every test in which the API returns, or accepts, what its document does not describe. */
function checkAnswers(app: Hono<AppEnv>, flawIn: DescribedApi): void {
  const request = app.request;
  app.request = async (input, init, env) => {
    const answer = await request(input, init, env);
    const [path = ''] = String(input).split('?');
    if (!path.startsWith('/v1/')) return answer;
    const method = init?.method ?? 'GET';
    // Rows of bulk requests are validated one by one: a request with invalid rows is accepted too.
    const body = typeof init?.body === 'string' && !LARGE_BODIES.has(path) ? init.body : undefined;
    const flaw = await flawIn({ method, path: path.slice('/v1'.length), body }, answer);
    if (flaw !== undefined) throw new Error(`The OpenAPI document does not describe ${method} ${path}: ${flaw}`);
    return answer;
  };
}

/** Two languages, as the build renders them, in short. */
const FIRST_SCREENS: FirstScreens = {
  scripts: {
    passkeys: ['assets/passkeys-1.js'],
    appearance: ['assets/appearance-1.js'],
    standalone: ['assets/alone-1.js'],
    ownTexts: ['assets/own-texts-1.js'],
  },
  template: screensIn('%text.identifyTitle%', 'ltr'),
  languages: { en: screensIn('Sign in', 'ltr'), ar: { ...screensIn('دخول', 'rtl'), texts: ['assets/ar-1.js'] } },
};

function screensIn(title: string, dir: 'ltr' | 'rtl') {
  const parts = ['', 'logo', 'test', 'close', 'logo test', 'logo close', 'test close', 'logo test close'];
  const cards = parts.map((name) => [name, `<section class="${name}" data-logo="%logo%">%name%%body%%foot%</section>`]);
  const form = `<form><h1>${title}</h1><input id="identify"/></form>`;
  const bodies = { identify: form, passkey: `${form}<button>Passkey</button>`, loading: '<i>Loading</i>' };
  const link = (name: string) => `<a href="%href%">${name}</a>`;
  const links = { privacy: link('Privacy'), terms: link('Terms'), help: link('Help'), support: link('Contact') };
  return {
    dir,
    texts: [],
    links,
    mark: '<p>Secured</p>',
    cards: Object.fromEntries(cards) as Record<string, string>,
    bodies,
  };
}

export async function openService(
  seed: string,
  overPorts?: TestPorts,
  changed: Partial<AppOptions> = {},
): Promise<Service> {
  const ports = overPorts ?? (await openTestPorts(seed));
  const log = capturedLog();
  const options: AppOptions = {
    issuer: ISSUER,
    version: '9.8.7',
    trustedProxies: ['10.0.0.0/8'],
    forwardedHeader: 'x-forwarded-for',
    widget: {
      script: 'assets/frame-1a2b.js',
      style: 'assets/frame-3c4d.css',
      firstScreens: FIRST_SCREENS,
      files: new Map([
        ['countersign.js', file('loader', 'text/javascript; charset=utf-8')],
        ['assets/frame-1a2b.js', file('frame', 'text/javascript; charset=utf-8')],
        ['assets/passkey-window-5e6f.js', file('window', 'text/javascript; charset=utf-8')],
        ['assets/frame-3c4d.css', file('body{}', 'text/css; charset=utf-8')],
      ]),
      earlier: new Map([
        [
          '9.8.6',
          new Map([
            ['countersign.js', file('loader before', 'text/javascript; charset=utf-8')],
            ['popup-7a8b.mjs', file('popup before', 'text/javascript; charset=utf-8')],
            ['assets/frame-9c0d.js', file('frame before', 'text/javascript; charset=utf-8')],
          ]),
        ],
      ]),
    },
    console: {
      script: 'assets/console-1a2b.js',
      needs: ['assets/shared-1a2b.js'],
      style: 'assets/console-3c4d.css',
      files: new Map([['assets/console-1a2b.js', file('console', 'text/javascript; charset=utf-8')]]),
    },
    log: log.log,
    readiness: createReadiness(() => ports.clock.fault === undefined),
  };
  const app = createApp(ports, { ...options, ...changed });
  described ??= documentOf(ports, options).then(describedApi);
  checkAnswers(app, await described);
  return {
    app,
    ports,
    log,
    async call(route, { key, body, text, headers = {}, from } = {}) {
      const [method = 'GET', path = '/'] = route.split(' ');
      const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const all = new Headers(headers);
      if (key !== undefined) all.set('authorization', `Bearer ${key}`);
      if (body !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
      const init = { method, headers: all, ...omitUndefined({ body: sent }) };
      return app.request(path, init, connectedFrom(from));
    },
    async keyFor(account, scopes = ['authenticate', 'read', 'write'], resources, lifetimeMs = 365 * 24 * 3_600_000) {
      const { key, text } = unwrap(await createApiKey(ports, { account, name: 'test', scopes, lifetimeMs }));
      // Written over: no key for some resources is made with other scopes than `authenticate`, and none may do more.
      if (resources) await overwrite(ports, apiKeyDocument.key(account, key.id), { resources });
      return text;
    },
  };
}

/** The content of a refusal, for comparing. */
export async function refusalOf(response: Response): Promise<{ status: number; code: unknown }> {
  const body = (await response.json()) as { code?: unknown };
  return { status: response.status, code: body.code };
}
