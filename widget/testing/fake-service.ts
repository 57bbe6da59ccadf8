import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { documentLook } from '@countersign/protocol/document-look';
import { FLOW_HEADER, type FlowView } from '@countersign/protocol/flow';
import {
  ASSET_HEADERS,
  allowedScript,
  FRAME_HEADERS,
  LOADER_HEADERS,
  refusalDocument,
} from '@countersign/protocol/frame-document';
import type { PasskeyRequest } from '@countersign/protocol/passkey';
import { type Puzzle, SOLUTION_HEADER } from '@countersign/protocol/puzzle';
import { compileTexts } from '../../server/messages/texts/read-own-texts.ts';
import { loadBuiltFiles } from '../../server/platform/static-files/load-built-files.ts';
import { EMPTY_INFO, type PublicInfo } from '../../server/resources/public-info.ts';
import {
  firstScreen,
  frameTexts,
  readLook,
  screenLanguage,
  withPageLinks,
} from '../../server/sign-in/pages/first-screen.ts';
import { frameCsp, refusalCsp } from '../../server/sign-in/pages/frame-csp.ts';
import { composeDocument } from '../../server/sign-in/pages/show-document.ts';

export const LOGIN = 'ada@example.com';
export const PASSWORD = 'correct horse battery';
export const CODE = '492817';
export const RESULT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3IifQ.c2lnbmF0dXJl';
export { RESOURCE } from './resource.ts';

const PASSKEY: PasskeyRequest = {
  challenge: 'Y2hhbGxlbmdl',
  rpId: 'localhost',
  allowCredentials: [],
  userVerification: 'required',
  timeout: 60_000,
};
const CSP_NONCE = 'dGVzdC1ub25jZS10ZXN0LW5vbmNl';

export interface RecordedRequest {
  path: string;
  body: Record<string, unknown>;
  handle: string | undefined;
  solution: string | undefined;
  cookie: string | undefined;
}

/** A reply that a test puts in place of the usual response. */
export type Reply =
  | { view: Partial<FlowView> }
  | { refuse: RefusalCode; retryAfterMs?: number; puzzle?: Puzzle }
  /** Breaks the connection; `after`: the answer was still evaluated. */
  | { drop: 'before' | 'after' };

/** A fake of the service for the widget: the build's files, the frame's page, and flows for one user in memory. */
export interface FakeService {
  url: string;
  asked: RecordedRequest[];
  /** Called for each flow request; a returned reply replaces the usual response. Reset with `undefined`. */
  intercept: ((asked: RecordedRequest) => Reply | undefined | Promise<Reply | undefined>) | undefined;
  allowedOrigins: Set<string>;
  /** Stops serving the frame's page, like a broken network. */
  isFrameDown: boolean;
  resourceName: string;
  /** What the resource has of its own. */
  site: Pick<PublicInfo, 'appearance' | 'links'>;
  /** Its own texts, by language. */
  texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Further facts about the resource that its page shows. */
  facts: { isTest?: boolean; hasPasskey?: boolean };
  /** The transaction for a flow with a login request; undefined: a code only. */
  transaction: { fields: { label: string; value: string }[] } | undefined;
  /** The challenge for a device, on the steps that take a code. */
  question: string | undefined;
  reset(): void;
  close(): Promise<void>;
}

interface FakeFlow {
  view: FlowView;
  isSecondFactorOnly: boolean;
}

export async function startFakeService(dist: string): Promise<FakeService> {
  const widget = await loadBuiltFiles(dist, 'widget');
  const flows = new Map<string, FakeFlow>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));

  const service: FakeService = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked: [],
    intercept: undefined,
    allowedOrigins: new Set(),
    isFrameDown: false,
    resourceName: 'Harbour & Co. Shop',
    site: {},
    texts: {},
    facts: {},
    transaction: undefined,
    question: undefined,
    reset() {
      service.transaction = undefined;
      service.question = undefined;
      service.asked = [];
      service.intercept = undefined;
      service.isFrameDown = false;
      service.resourceName = 'Harbour & Co. Shop';
      service.site = {};
      service.texts = {};
      service.facts = {};
      flows.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', service.url);
    const path = url.pathname.replace('/widget/v1/', '');
    if (path === 'frame') return frame(url, request, response);
    if (path === 'allowed.mjs') {
      response.writeHead(200, LOADER_HEADERS);
      response.end(allowedScript(service.allowedOrigins.has(`${request.headers.origin}`)));
      return;
    }
    if (path === 'texts.json') {
      const lang = url.searchParams.get('lang') ?? '';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(frameTexts(lang, compileTexts(service.texts[lang] ?? {}, lang)));
      return;
    }
    if (path.startsWith('flow')) return flow(path, request, response);
    const type = path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    const headers = path.startsWith('assets/') ? { ...ASSET_HEADERS, 'content-type': type } : LOADER_HEADERS;
    try {
      const body = readFileSync(join(dist, path));
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  function frame(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (service.isFrameDown) {
      response.destroy();
      return;
    }
    const origin = url.searchParams.get('origin') ?? '';
    const isAllowed = service.allowedOrigins.has(origin);
    const csp = isAllowed ? frameCsp({ nonce: CSP_NONCE, frameAncestors: [origin] }) : refusalCsp(CSP_NONCE);
    const document = isAllowed
      ? signInDocument(url, request.headers['accept-language'], origin)
      : refusalDocument({ nonce: CSP_NONCE, origin, resource: url.searchParams.get('resource') ?? '' });
    response.writeHead(isAllowed ? 200 : 403, { ...FRAME_HEADERS, 'content-security-policy': csp }).end(document);
  }

  function signInDocument(url: URL, acceptLanguage: string | undefined, origin: string): string {
    const resource = url.searchParams.get('resource') ?? '';
    const { isTest = false, hasPasskey = false } = service.facts;
    const own = { ...EMPTY_INFO, title: service.resourceName, isTest, ...service.site };
    if (Object.keys(service.texts).length > 0) Object.assign(own, { own: { id: resource } });
    const requested = readLook(url.searchParams.get('look') ?? undefined);
    const shown = requested ? withPageLinks(own, requested) : own;
    const page = { resource, frameAncestors: [origin], look: requested && documentLook(requested, shown.appearance) };
    const { firstScreens } = widget;
    const lang = firstScreens && requested ? screenLanguage(firstScreens, requested, acceptLanguage, shown) : 'en';
    const texts = service.texts[lang];
    const replaced = texts && compileTexts(texts, lang);
    const screen =
      requested &&
      firstScreens &&
      firstScreen(firstScreens, requested, { lang, resource, shown, hasPasskey, own: replaced });
    return composeDocument(widget, CSP_NONCE, { ...page, ...screen }, shown);
  }

  async function flow(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-request-id', 'req-7');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    const header = (name: string) => request.headers[name]?.toString();
    const [handle, solution] = [header(FLOW_HEADER), header(SOLUTION_HEADER)];
    const asked: RecordedRequest = { path, body, handle, solution, cookie: request.headers.cookie };
    service.asked.push(asked);

    const reply = await service.intercept?.(asked);
    if (reply && 'drop' in reply) {
      if (reply.drop === 'after') evaluate(asked);
      // Break off in the middle of a response: browsers repeat a request if a reused connection breaks before it.
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{', () => response.destroy());
      return;
    }
    const result = reply ?? evaluate(asked);
    if ('refuse' in result) {
      const { refuse: code, retryAfterMs, puzzle }: Extract<Reply, { refuse: RefusalCode }> = result;
      const { status, title } = REFUSALS[code];
      response
        .writeHead(status, {
          'content-type': 'application/problem+json',
          ...(retryAfterMs && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
        })
        .end(JSON.stringify({ code, title, status, puzzle, requestId: 'req-7' }));
      return;
    }
    const known = handle === undefined ? undefined : flows.get(handle);
    if (known) Object.assign(known.view, result.view);
    const view = { ...(known?.view ?? result.view), ...('handle' in result && { handle: result.handle }) };
    response
      .writeHead(path === 'flows' ? 201 : 200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify({ ...view, now: result.view.now ?? Date.now() }));
  }

  function evaluate({
    path,
    body,
    handle,
  }: RecordedRequest): { view: FlowView; handle?: string } | { refuse: RefusalCode; retryAfterMs?: number } {
    if (path === 'flows') {
      const fresh = `flw-handle-${flows.size + 1}-${'x'.repeat(22)}`;
      const isSecondFactorOnly = typeof body.loginRequest === 'string';
      const { transaction, question } = service;
      const view: FlowView = {
        step: isSecondFactorOnly ? (transaction ? 'sign' : 'otp') : 'identify',
        seq: 0,
        ...(isSecondFactorOnly && transaction && { transaction }),
        ...(isSecondFactorOnly && question !== undefined && { question }),
        ...(isSecondFactorOnly && { login: LOGIN }),
        ...(!isSecondFactorOnly && service.facts.hasPasskey && { passkey: PASSKEY }),
        expiresAt: Date.now() + 900_000,
        now: Date.now(),
      };
      flows.set(fresh, { view, isSecondFactorOnly });
      return { view, handle: fresh };
    }
    const found = handle === undefined ? undefined : flows.get(handle);
    if (!found) return { refuse: 'FLOW_NOT_FOUND' };
    const { view } = found;
    if (path === 'flow') return { view };
    if (body.seq !== view.seq) return { refuse: 'STEP_STALE' };
    if (path === 'flow/cancel' && view.step === 'sign') {
      Object.assign(view, { step: 'denied', seq: view.seq + 1, error: { code: 'TRANSACTION_CANCELLED' } });
      return { view };
    }
    if (path !== `flow/${view.step}`) return { refuse: 'STEP_NOT_EXPECTED' };
    view.seq++;
    delete view.error;
    if (view.step === 'identify') Object.assign(view, { login: body.login, step: 'password' });
    else if (view.step === 'password') {
      if (view.login === LOGIN && body.password === PASSWORD) view.step = 'otp';
      else view.error = { code: 'INVALID_CREDENTIALS' };
    } else if (body.otp === CODE) Object.assign(view, { step: 'done', result: RESULT, expiresAt: Date.now() + 60_000 });
    else view.error = { code: 'OTP_WRONG' };
    return { view };
  }
}
