import { z } from '@hono/zod-openapi';
import { accountId, email, label, password } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { passwordRefusal, validateLength } from '../passwords/password-policy.ts';
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
  // Beside other mistakes, so that all are known at once. Alone, a short password is refused by its own code.
  .superRefine(
    (given, check) => {
      const typed = password.safeParse(Object(given).password);
      const violation = typed.success ? validateLength(typed.data, { secondFactor: true }) : undefined;
      const message = violation && passwordRefusal(violation).detail;
      if (message !== undefined) check.addIssue({ code: 'custom', path: ['password'], message });
    },
    { when: ({ issues }) => issues.length > 0 },
  )
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
      if (isRefusal(verdict)) {
        const isAboutPassword = verdict.refused.startsWith('PASSWORD_');
        return refuseResult(c, isAboutPassword ? { ...verdict, field: 'password' } : verdict);
      }
      const { id, name } = verdict.account;
      const administrator = presentAdministrator(verdict.account, verdict.administrator);
      return c.json({ account: { id, name }, administrator }, 201);
    },
  }),
];
