/** Two-factor sign-in on Fastify. */
import { fastifySession, toFastify } from '@countersign/client/fastify';
import { signInHandlers } from '@countersign/client/sign-in';
import cookies from '@fastify/cookie';
import forms from '@fastify/formbody';
import sessions from '@fastify/session';
import Fastify, { type FastifyRequest } from 'fastify';
import { accountPage, signInPage, startPage, TRANSFER } from './pages.ts';
import { settings } from './settings.ts';
import { signInOptions } from './sign-in.ts';
import { checkPassword } from './users.ts';

const app = Fastify();
await app.register(cookies);
await app.register(sessions, {
  secret: settings.secret,
  saveUninitialized: false,
  cookie: { sameSite: 'lax', secure: settings.origin.startsWith('https:') },
  // Add a store: this one is in memory, for one process.
});
await app.register(forms);

const signIn = signInHandlers<FastifyRequest>({ ...signInOptions, session: (request) => fastifySession(request) });
const auth = toFastify(signIn);
await app.register(auth.routes);

app.get('/', (_request, reply) => reply.type('text/html').send(startPage()));
app.get('/sign-in', (_request, reply) => reply.type('text/html').send(signInPage));
app.get('/account', { onRequest: auth.requireSignIn }, async (request, reply) =>
  reply.type('text/html').send(accountPage((await signIn.currentUser(request))?.login)),
);
app.get('/transfer', { onRequest: auth.requireRecent({ acr: '2', maxAgeMs: 300_000 }) }, async () => TRANSFER);

if (settings.ownPasswords) {
  app.post<{ Body: Record<string, unknown> }>(
    '/password',
    { onRequest: auth.requireSameOrigin },
    async (request, reply) => {
      const { name, password } = request.body ?? {};
      const user = checkPassword(String(name), String(password));
      const begun =
        user?.countersign_id &&
        (await signIn.beginSecondFactor(request, { account: String(user.id), subject: user.countersign_id }));
      if (begun) return reply.redirect('/sign-in', 303);
      return reply.code(403).type('text/html').send(startPage('Wrong name or password.'));
    },
  );
}

await app.listen({ port: settings.port, host: '127.0.0.1' });
