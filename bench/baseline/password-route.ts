import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createArgon2Hasher } from '../../server/platform/argon2/argon2-hasher.ts';
import { PASSWORD } from '../dataset/members.ts';
import { takeJobs } from '../processes/child.ts';

/**
 * The floor of a password login: Hono on Node with the same request and response bodies, and the service's argon2 behind
 * its bound. Nothing is read or stored.
 */
const hasher = createArgon2Hasher();
const phc = await hasher.hash(PASSWORD);

const app = new Hono();
app.post('/v1/authentications', async (c) => {
  const { user, password } = await c.req.json<{ user: string; password: string }>();
  const authenticated = await hasher.verify(phc, password);
  return c.json(
    { authenticated, method: 'password', user: { id: 'usr_01k8dq9z2mp', login: user } },
    authenticated ? 200 : 403,
  );
});

takeJobs<{ listen: true }, { port: number }>(
  () =>
    new Promise((resolve) => {
      serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) => resolve({ port: info.port }));
    }),
);
