import { z } from '@hono/zod-openapi';
import { accountId, email, label, password } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import {
  administratorView,
  language,
  linkSecret,
  nameOfAdministrator,
  presentAdministrator,
} from './administrator-fields.ts';
import { setUpInstallation } from './set-up.ts';

const input = z
  .strictObject({
    secret: linkSecret,
    accountName: label(100).openapi({ description: 'The name of the account.', example: 'Shop' }),
    email,
    name: nameOfAdministrator,
    language,
    password,
  })
  .openapi('SetupInput', { description: 'The first account and its superuser.' });
const createdSetup = z
  .object({
    account: z
      .object({ id: accountId, name: z.string().openapi({ description: 'The name of the account.', example: 'Shop' }) })
      .openapi({ description: 'The account.' }),
    administrator: administratorView,
  })
  .openapi('Setup', { description: 'The first account and its superuser.' });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords'>;

export const setupRoutes = [
  route({
    method: 'post',
    path: '/setup',
    // The secret of the setup link is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    operationId: 'setUpInstallation',
    tag: 'Administrators',
    summary: 'Create the first account and its superuser',
    description:
      'With the link that a new installation prints. It works once. The superuser then signs in and sets up a token.',
    request: jsonBody(input),
    responses: { 201: jsonAnswer('Created.', createdSetup) },
    handle: async (c, ports: Needs) => {
      const verdict = await setUpInstallation(ports, c.req.valid('json'));
      if (isRefusal(verdict)) return refuseResult(c, verdict);
      const { id, name } = verdict.account;
      const administrator = presentAdministrator(verdict.account, verdict.administrator);
      return c.json({ account: { id, name }, administrator }, 201);
    },
  }),
];
