import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifySessions from '@fastify/session';
import { getRequestListener } from '@hono/node-server';
import express, { type Request as ExpressRequest } from 'express';
import expressSessions from 'express-session';
import Fastify, { type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { getIronSession } from 'iron-session';
import { expressSession, toExpress } from '../src/adapters/express.ts';
import { fastifySession, toFastify } from '../src/adapters/fastify.ts';
import { toHono } from '../src/adapters/hono.ts';
import { toNext } from '../src/adapters/next.ts';
import {
  ironSession,
  type SessionData,
  type SignInOptions,
  type SiteSession,
  signInHandlers,
} from '../src/sign-in/index.ts';
import { createTestIssuer, type TestIssuer } from '../src/test-kit/index.ts';

export const SECRET_PAGE = 'Only for you.';
const secret = randomBytes(32).toString('hex');
const COOKIE = 'session';
const KEEP = ['basket'];

export interface AdapterSite {
  origin: string;
  port: number;
  issuer: TestIssuer;
  /** Called while the service is asked for a login request. */
  meanwhile: () => Promise<void>;
  close(): Promise<void>;
}

/** A site with `/account` behind a guard, `/admin` behind one that wants two recent factors, and everything else closed but `/`. */
type Build = (options: <C>(session: SignInOptions<C>['session']) => SignInOptions<C>) => Promise<Server> | Server;

const DEMAND = { acr: '2', maxAgeMs: 300_000 } as const;
const NOT_FOUND = 'Nothing is here.';
const PUBLIC = ['/', '/basket', '/second-factor'];

const buildExpress: Build = (options) => {
  const app = express();
  app.use(expressSessions({ secret, name: COOKIE, resave: false, saveUninitialized: false }));
  const signIn = signInHandlers<ExpressRequest>(options((request) => expressSession(request, KEEP)));
  const auth = toExpress(signIn);
  app.use(auth.routes);
  app.post('/basket', (request, response) => {
    Object.assign(request.session, { basket: 'pilea', stray: 'x' });
    response.send('ok');
  });
  app.get('/basket', (request, response) => {
    response.json({ basket: Reflect.get(request.session, 'basket'), stray: Reflect.get(request.session, 'stray') });
  });
  app.post('/second-factor', async (request, response) => {
    response.json(await signIn.beginSecondFactor(request, { account: '7', subject: 'usr_maria' }));
  });
  app.get('/account', auth.requireSignIn, (_request, response) => void response.send(SECRET_PAGE));
  app.all('/admin', auth.requireRecent(DEMAND), (_request, response) => void response.send(SECRET_PAGE));
  app.get('/', (_request, response) => void response.send('Welcome.'));
  app.use(auth.requireSignInExcept(PUBLIC));
  app.get('/private/{*rest}', (_request, response) => void response.send(SECRET_PAGE));
  app.use((_request, response) => void response.status(404).send(NOT_FOUND));
  return createServer(app);
};

const buildFastify: Build = async (options) => {
  const app = Fastify();
  await app.register(fastifyCookie);
  await app.register(fastifySessions, {
    secret,
    cookieName: COOKIE,
    cookie: { secure: false },
    saveUninitialized: false,
  });
  const signIn = signInHandlers<FastifyRequest>(options((request) => fastifySession(request, KEEP)));
  const auth = toFastify(signIn);
  await app.register(auth.routes);
  app.post('/basket', async (request) => {
    Object.assign(request.session, { basket: 'pilea', stray: 'x' });
    return 'ok';
  });
  app.get('/basket', async ({ session }) => ({
    basket: Reflect.get(session, 'basket'),
    stray: Reflect.get(session, 'stray'),
  }));
  app.post('/second-factor', (request) => signIn.beginSecondFactor(request, { account: '7', subject: 'usr_maria' }));
  await app.register(async (scope) => {
    scope.addHook('onRequest', auth.requireSignIn);
    scope.get('/account', async () => SECRET_PAGE);
  });
  app.all('/admin', { preHandler: auth.requireRecent(DEMAND) }, async () => SECRET_PAGE);
  app.get('/', async () => 'Welcome.');
  await app.register(async (scope) => {
    scope.addHook('onRequest', auth.requireSignInExcept(PUBLIC));
    scope.get('/private/*', async () => SECRET_PAGE);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(NOT_FOUND));
  await app.ready();
  return app.server;
};

interface IronData extends SessionData {
  basket?: string;
  stray?: string;
}

/** The cookies of a Hono context as iron-session takes them. */
function ironOf(c: Context) {
  const store = {
    get: (name: string) => ({ name, value: getCookie(c, name) ?? '' }),
    set: (name: string, value: string) => setCookie(c, name, value, { httpOnly: true, sameSite: 'Lax', path: '/' }),
  };
  return getIronSession<IronData>(store as never, { cookieName: COOKIE, password: secret });
}

const buildHono: Build = (options) => {
  const app = new Hono();
  const signIn = signInHandlers<Context>(options(async (c) => ironSession(await ironOf(c), KEEP)));
  const auth = toHono(signIn);
  app.use(auth.routes);
  app.post('/basket', async (c) => {
    const session = await ironOf(c);
    Object.assign(session, { basket: 'pilea', stray: 'x' });
    await session.save();
    return c.text('ok');
  });
  app.get('/basket', async (c) => {
    const { basket, stray } = await ironOf(c);
    return c.json({ basket, stray });
  });
  app.post('/second-factor', async (c) =>
    c.json(await signIn.beginSecondFactor(c, { account: '7', subject: 'usr_maria' })),
  );
  app.get('/account', auth.requireSignIn, (c) => c.text(SECRET_PAGE));
  app.all('/admin', auth.requireRecent(DEMAND), (c) => c.text(SECRET_PAGE));
  app.get('/', (c) => c.text('Welcome.'));
  app.use(auth.requireSignInExcept(PUBLIC));
  app.get('/private/*', (c) => c.text(SECRET_PAGE));
  app.notFound((c) => c.text(NOT_FOUND, 404));
  return createServer(getRequestListener(app.fetch));
};

/** Route modules as in Next.js, with cookies of the request as `next/headers` gives them, behind its proxy. */
const buildNext: Build = (options) => {
  const app = new Hono();
  let c: Context | undefined;
  const open = () => {
    if (!c) throw new Error('There is no request.');
    return ironOf(c);
  };
  const signIn = signInHandlers<void>(options(async (): Promise<SiteSession> => ironSession(await open(), KEEP)));
  const auth = toNext(signIn);
  const page = () => new Response(SECRET_PAGE);
  const proxy = auth.requireSignInExcept(PUBLIC);
  const routes: Record<string, (request: Request) => Response | Promise<Response>> = {
    'POST /basket': async () => {
      const session = await open();
      Object.assign(session, { basket: 'pilea', stray: 'x' });
      await session.save();
      return new Response('ok');
    },
    'GET /basket': async () => {
      const { basket, stray } = await open();
      return Response.json({ basket, stray });
    },
    'POST /second-factor': async () =>
      Response.json(await signIn.beginSecondFactor(undefined, { account: '7', subject: 'usr_maria' })),
    'GET /account': (request) => auth.requireSignIn(page)(request, undefined),
    'GET /': () => new Response('Welcome.'),
  };
  app.all('*', async (context) => {
    c = context;
    const { method, path, raw } = context.req;
    const admin = path === '/admin' ? auth.requireRecent(DEMAND, page) : undefined;
    const named = path.startsWith('/private/') ? page : routes[`${method} ${path}`];
    const route = path.startsWith('/countersign/') ? auth.POST : admin ? (r: Request) => admin(r, undefined) : named;
    const answer = (await proxy(raw)) ?? (await route?.(raw)) ?? new Response(NOT_FOUND, { status: 404 });
    return context.newResponse(await answer.text(), answer.status as never, Object.fromEntries(answer.headers));
  });
  return createServer(getRequestListener(app.fetch));
};

export const ADAPTERS = { express: buildExpress, fastify: buildFastify, hono: buildHono, next: buildNext };

/** @param ownPasswords whether the site checks the passwords */
export async function startSite(name: keyof typeof ADAPTERS, ownPasswords = false): Promise<AdapterSite> {
  const issuer = await createTestIssuer();
  // The origin has the port, so the site is built when the port is known; until then it answers nothing.
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const origin = `http://127.0.0.1:${port}`;
  const { verifier, resource } = issuer;
  const client: typeof issuer.client = {
    ...issuer.client,
    async createLoginRequest(input) {
      await site.meanwhile();
      return issuer.client.createLoginRequest(input);
    },
  };
  const server = await ADAPTERS[name]((session) => ({
    ...{ verifier, client, resource, origin, session },
    afterSignIn: '/account',
    ...(ownPasswords && { stampOf: () => 'v1' }),
  }));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const site: AdapterSite = {
    ...{ origin, port, issuer },
    meanwhile: async () => {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return site;
}
