import { createClient, createVerifier } from '@countersign/client';
import type { SignInOptions } from '@countersign/client/sign-in';
import { settings } from './settings.ts';
import { findUser } from './users.ts';

/** The same for every framework. The session is what differs. */
const { service, resource, apiKey, origin, ownPasswords } = settings;

export const signInOptions: Omit<SignInOptions<unknown>, 'session'> = {
  verifier: createVerifier({ issuer: service, resource }),
  client: createClient({ url: service, apiKey }),
  resource,
  origin,
  afterSignIn: '/account',
  // Only users of this site's own table, and only while they are not blocked.
  onSignIn: ({ id }) => findUser('countersign_id', id) !== undefined,
  isActive: ({ id }) => findUser('countersign_id', id) !== undefined,
  // Where this site checks the passwords: what changes with the password, and nothing for a blocked account.
  ...(ownPasswords && { stampOf: (account: string) => findUser('id', account)?.password }),
};
