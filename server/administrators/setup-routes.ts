import { createRoute, z } from '@hono/zod-openapi';
import { email, label, password } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import {
  accountId,
  administratorShown,
  language,
  linkSecret,
  personName,
  presentAdministrator,
} from './administrator-fields.ts';
import { setUpInstallation } from './set-up.ts';

const input = z
  .strictObject({ secret: linkSecret, accountName: label(100), email, name: personName, language, password })
  .openapi('SetupInput');
const made = z
  .object({ account: z.object({ id: accountId, name: z.string() }), administrator: administratorShown })
  .openapi('Setup');

const route = createRoute({
  method: 'post',
  path: '/setup',
  tags: ['Administrators'],
  summary: 'Make the first account and its superuser',
  description:
    'With the link that a fresh installation prints. Works once. The superuser then signs in and enrols a token.',
  security: [],
  request: jsonBody(input),
  responses: { 201: jsonAnswer('Made.', made), ...refusals },
});

export function setup(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'hasher'>, issuer: string) {
  const app = apiRouter();
  app.use('/setup', sameOrigin(issuer));
  app.openapi(route, async (c) => {
    const verdict = await setUpInstallation(ports, c.req.valid('json'));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { id, name } = verdict.account;
    const administrator = presentAdministrator(verdict.account, verdict.administrator);
    return c.json({ account: { id, name }, administrator }, 201);
  });
  return app;
}
