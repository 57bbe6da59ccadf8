/** Two-factor sign-in on Express. */
import { expressSession, toExpress } from '@countersign/client/express';
import { signInHandlers } from '@countersign/client/sign-in';
import express, { type Request } from 'express';
import session from 'express-session';
import { accountPage, signInPage, startPage, TRANSFER } from './pages.ts';
import { settings } from './settings.ts';
import { signInOptions } from './sign-in.ts';
import { checkPassword } from './users.ts';

const app = express();
const secure = settings.origin.startsWith('https:');
app.use(
  session({
    secret: settings.secret,
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', secure },
    // Add a store: this one is in memory, for one process.
  }),
);

const signIn = signInHandlers<Request>({ ...signInOptions, session: (request) => expressSession(request) });
const auth = toExpress(signIn);
app.use(auth.routes);

app.get('/', (_request, response) => void response.send(startPage()));
app.get('/sign-in', (_request, response) => void response.send(signInPage));
app.get('/account', auth.requireSignIn, async (request, response) => {
  response.send(accountPage((await signIn.currentUser(request))?.login));
});
app.get('/transfer', auth.requireRecent({ acr: '2', maxAgeMs: 300_000 }), (_request, response) => {
  response.send(TRANSFER);
});

if (settings.ownPasswords) {
  app.post('/password', auth.requireSameOrigin, express.urlencoded(), async (request, response) => {
    const { name, password } = request.body;
    const user = checkPassword(String(name), String(password));
    const begun =
      user?.countersign_id &&
      (await signIn.beginSecondFactor(request, { account: String(user.id), subject: user.countersign_id }));
    if (begun) response.redirect(303, '/sign-in');
    else response.status(403).send(startPage('Wrong name or password.'));
  });
}

app.listen(settings.port, '127.0.0.1');
