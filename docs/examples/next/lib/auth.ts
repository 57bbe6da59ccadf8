import { createClient, createVerifier } from '@countersign/client';
import { toNext } from '@countersign/client/next';
import { ironSession, type SessionData, signInHandlers } from '@countersign/client/sign-in';
import { getIronSession } from 'iron-session';
import { cookies } from 'next/headers';
import { settings } from './settings';

const { service, resource, apiKey, origin, secret } = settings;
const sessions = { cookieName: 'session', password: secret, cookieOptions: { secure: origin.startsWith('https:') } };

export const signIn = signInHandlers({
  verifier: createVerifier({ issuer: service, resource }),
  client: createClient({ url: service, apiKey }),
  resource,
  origin,
  afterSignIn: '/account',
  session: async () => ironSession(await getIronSession<SessionData>(await cookies(), sessions)),
});
export const auth = toNext(signIn);
