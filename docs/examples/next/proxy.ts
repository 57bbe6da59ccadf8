import { auth } from './lib/auth';

/** The first guard, and never the only one. */
export const proxy = auth.requireSignInExcept(['/', '/favicon.ico', '/_next/static/*']);
