import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../../http/api/authorize.ts';
import { instant, userId } from '../../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../../http/api/router.ts';
import { MAIL_LANGUAGES } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { startPasswordReset } from './start-password-reset.ts';

const start = createRoute({
  method: 'post',
  path: '/users/{id}/password-reset',
  tags: ['Users'],
  summary: 'Mail a user a link to a new password',
  description:
    'The link goes to the person alone: whoever asks for it neither sees it nor chooses the password. It works once, for 30 minutes, and replaces an earlier one.',
  security: [{ apiKey: ['write'] }],
  request: {
    params: z.object({ id: userId }),
    ...jsonBody(
      z
        .strictObject({ language: z.enum(MAIL_LANGUAGES).openapi({ description: 'Of the mail.' }) })
        .openapi('PasswordResetInput'),
    ),
  },
  responses: {
    202: jsonAnswer('Sent.', z.object({ expiresAt: instant }).openapi('PasswordReset')),
    ...refusals,
  },
});

export function passwordResets(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>) {
  const app = apiRouter();
  app.on(['POST'], ['/users/:id/password-reset'], authorize(ports, 'write'));
  app.openapi(start, async (c) => {
    const { language } = c.req.valid('json');
    const verdict = await startPasswordReset(ports, c.get('act'), c.req.valid('param').id, language);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  });
  return app;
}
