import { z } from '@hono/zod-openapi';
import { email, instantOf, messageLanguage } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { MAIL_FAILURES } from '../kernel/mail.ts';
import type { NoticePorts, Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { readMailStatus } from './read-mail-status.ts';
import { sendTestMail } from './send-test-mail.ts';

const status = z
  .object({
    configured: z.boolean().openapi({ description: 'Whether the server sends email. If not, links are handed over.' }),
    lastSuccessAt: instantOf('When the mail server last accepted a message, to the minute.').optional(),
    lastFailure: z
      .object({
        at: instantOf('When, to the minute.'),
        cause: z.enum(MAIL_FAILURES).openapi({ description: 'Why.' }),
      })
      .optional()
      .openapi({ description: 'The last message that it did not accept.' }),
  })
  .openapi('MailStatus', { description: 'The state of outgoing email.' });

export const mailRoutes = [
  route({
    method: 'get',
    path: '/mail',
    scope: 'read',
    operationId: 'readMailStatus',
    tag: 'Account',
    summary: 'Read whether email is sent, and how the last messages went',
    description: 'Of the whole installation.',
    responses: { 200: jsonAnswer('The state.', status) },
    handle: async (c, ports: NoticePorts) => {
      const verdict = await readMailStatus(ports, c.get('act'));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
    },
  }),
  route({
    method: 'post',
    path: '/mail/test',
    scope: 'administer',
    operationId: 'sendTestMail',
    tag: 'Account',
    summary: 'Send a test email',
    description: 'Ten an hour. `MAIL_NOT_SENT` names the cause in `detail`.',
    request: jsonBody(
      z
        .strictObject({
          to: email.openapi({ description: 'Where it goes.', example: 'ada@shop.example' }),
          language: messageLanguage.default('en'),
        })
        .openapi('TestMailInput', { description: 'A test email.' }),
    ),
    responses: {
      200: jsonAnswer(
        'The mail server accepted it.',
        z
          .object({ to: z.string().openapi({ description: 'Where it went.', example: 'ada@shop.example' }) })
          .openapi('TestMail', { description: 'A test email that was sent.' }),
      ),
    },
    handle: async (c, ports: Pick<Ports, 'store' | 'clock' | 'courier'>) => {
      const verdict = await sendTestMail(ports, c.get('act'), c.req.valid('json'));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
    },
  }),
];
