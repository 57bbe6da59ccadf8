import { z } from '@hono/zod-openapi';
import { emailLanguage, instantOf, userId } from '../../../http/api/fields.ts';
import { route } from '../../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../../http/api/router.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { startPasswordReset } from './start-password-reset.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>;

const start = route({
  method: 'post',
  path: '/users/{id}/password-reset',
  scope: 'write',
  operationId: 'sendPasswordResetLink',
  tag: 'Users',
  summary: 'Mail a user a password reset link',
  description:
    'Only the user gets the link: the caller neither sees it nor chooses the password. It works once, expires after 30 minutes, and replaces an earlier one.',
  request: {
    params: z.object({ id: userId }),
    ...jsonBody(
      z
        .strictObject({ language: emailLanguage })
        .openapi('PasswordResetInput', { description: 'How to send the link.' }),
    ),
  },
  responses: {
    202: jsonAnswer(
      'Sent.',
      z
        .object({ expiresAt: instantOf('When the link expires.') })
        .openapi('PasswordReset', { description: 'A link that was sent.' }),
    ),
  },
  handle: async (c, ports: Needs) => {
    const { language } = c.req.valid('json');
    const verdict = await startPasswordReset(ports, c.get('act'), c.req.valid('param').id, { language });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  },
});

export const passwordResetRoutes = [start];
