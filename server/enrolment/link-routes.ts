import { createRoute, z } from '@hono/zod-openapi';
import { authorize } from '../http/api/authorize.ts';
import { instant, resourceId, userId } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { MAIL_LANGUAGES } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

const send = createRoute({
  method: 'post',
  path: '/users/{id}/enrolment-link',
  tags: ['Users'],
  summary: 'Mail a user a link to set up a token',
  description:
    'For somebody new, and for somebody who has lost their token. The link goes to the person alone. It works once, for 24 hours, and replaces an earlier one; whoever has a password is asked for it too. The resource has to have an `enrolment` policy, and the user has to be assigned to it.',
  security: [{ apiKey: ['write'] }],
  request: {
    params: z.object({ id: userId }),
    ...jsonBody(
      z
        .strictObject({
          resource: resourceId.openapi({ description: 'What they sign in to with the token.' }),
          language: z.enum(MAIL_LANGUAGES).openapi({ description: 'Of the mail.' }),
        })
        .openapi('EnrolmentLinkInput'),
    ),
  },
  responses: {
    202: jsonAnswer('Sent.', z.object({ expiresAt: instant }).openapi('EnrolmentLink')),
    ...refusals,
  },
});

export function enrolmentLinks(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>) {
  const app = apiRouter();
  app.on(['POST'], ['/users/:id/enrolment-link'], authorize(ports, 'write'));
  app.openapi(send, async (c) => {
    const verdict = await sendEnrolmentLink(ports, c.get('act'), c.req.valid('param').id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  });
  return app;
}
