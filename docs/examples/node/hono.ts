/** Two-factor sign-in on Hono. */
import { randomUUID } from 'node:crypto';
import { toHono } from '@countersign/client/hono';
import { type SignInState, type SiteSession, signInHandlers } from '@countersign/client/sign-in';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { accountPage, signInPage, startPage, TRANSFER } from './pages.ts';
import { settings } from './settings.ts';
import { signInOptions } from './sign-in.ts';
import { checkPassword } from './users.ts';

/** By the value of the cookie. Yours are in a store that several processes share, and expire. */
const sessions = new Map<string, SignInState>();
const secure = settings.origin.startsWith('https:');

/** Any kind of session is these three functions. */
function openSession(c: Context): SiteSession {
  const id = () => getCookie(c, 'session') ?? '';
  const create = (state: SignInState) => {
    const fresh = randomUUID();
    sessions.set(fresh, state);
    setCookie(c, 'session', fresh, { httpOnly: true, sameSite: 'Lax', path: '/', secure });
  };
  return {
    read: () => sessions.get(id()),
    write: (state) => void (sessions.has(id()) ? sessions.set(id(), state) : create(state)),
    renew(state) {
      sessions.delete(id());
      create(state);
    },
  };
}

const app = new Hono();
const signIn = signInHandlers<Context>({ ...signInOptions, session: openSession });
const auth = toHono(signIn);
app.use(auth.routes);

app.get('/', (c) => c.html(startPage()));
app.get('/sign-in', (c) => c.html(signInPage));
app.get('/account', auth.requireSignIn, async (c) => c.html(accountPage((await signIn.currentUser(c))?.login)));
app.get('/transfer', auth.requireRecent({ acr: '2', maxAgeMs: 300_000 }), (c) => c.text(TRANSFER));

if (settings.ownPasswords) {
  app.post('/password', auth.requireSameOrigin, async (c) => {
    const { name, password } = await c.req.parseBody();
    const user = checkPassword(String(name), String(password));
    const begun =
      user?.countersign_id &&
      (await signIn.beginSecondFactor(c, { account: String(user.id), subject: user.countersign_id }));
    return begun ? c.redirect('/sign-in', 303) : c.html(startPage('Wrong name or password.'), 403);
  });
}

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: settings.port });
