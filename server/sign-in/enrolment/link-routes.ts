import { z } from '@hono/zod-openapi';
import { emailLanguage, instantOf, resourceId, userId } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'>;

const send = route({
  method: 'post',
  path: '/users/{id}/enrolment-link',
  scope: 'write',
  operationId: 'sendEnrolmentLink',
  tag: 'Users',
  summary: 'Mail a user a link to set up a token',
  description:
    'For new users, and for users who lost their token. Only the user gets the link. It works once, expires after 24 hours, and replaces an earlier one; a user with a password is asked for it too. The resource must have an `enrolment` policy, and the user must be assigned to it.',
  request: {
    params: z.object({ id: userId }),
    ...jsonBody(
      z
        .strictObject({
          resource: resourceId.openapi({ description: 'Id of the resource to sign in to with the token.' }),
          language: emailLanguage,
        })
        .openapi('EnrolmentLinkInput', { description: 'How to send the link.' }),
    ),
  },
  responses: {
    202: jsonAnswer(
      'Sent.',
      z
        .object({ expiresAt: instantOf('When the link expires.') })
        .openapi('EnrolmentLink', { description: 'A link that was sent.' }),
    ),
  },
  handle: async (c, ports: Needs) => {
    const verdict = await sendEnrolmentLink(ports, c.get('act'), c.req.valid('param').id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  },
});

export const enrolmentLinkRoutes = [send];
