import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { takeJobs } from '../processes/child.ts';

/**
 * The baseline of a one-time code check: Hono on Node with the same request and response bodies and no work between.
 */
const app = new Hono();
app.post('/v1/authentications', async (c) => {
  const { user } = await c.req.json<{ user: string }>();
  return c.json({
    authenticated: true,
    method: 'otp',
    user: { id: 'usr_01k8dq9z2mp', login: user },
    otp: 'verified',
    token: 'tok_01k8dq9z2mp',
  });
});

takeJobs<{ listen: true }, { port: number }>(
  () =>
    new Promise((resolve) => {
      serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) => resolve({ port: info.port }));
    }),
);
