import { REPLACEMENTS } from '@countersign/protocol/users';
import { z } from '@hono/zod-openapi';
import { emailLanguage, instantOf, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import type { MailPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { MAX_TOKENS_ASSIGNED } from '../users/assignments.ts';
import { reportLostDevice } from './report-lost-device.ts';

const report = route({
  method: 'post',
  path: '/users/{id}/lost-device',
  scope: 'write',
  operationId: 'reportLostDevice',
  tag: 'Users',
  summary: 'Report the lost device of a user',
  description:
    'Deactivates the tokens, ends the trust in all browsers of the user, and tells the user by email. With `permission`, the next sign-in sets up another token where the resource requires one: with the password, and a recovery code if the user has any, once, within a week. Where no token is required, the password alone signs in. With `link`, only a mailed link leads to the new token. Repeat it to renew the permission or the link.',
  request: {
    params: z.object({ id: userId }),
    ...jsonBody(
      z
        .strictObject({
          tokens: z
            .array(tokenId)
            .min(1)
            .max(MAX_TOKENS_ASSIGNED)
            .optional()
            .openapi({ description: 'The tokens on the device. Default: all tokens of the user but recovery codes.' }),
          replacement: z
            .enum(REPLACEMENTS)
            .openapi({ description: 'How the user gets to a new token.', example: 'permission' }),
          resource: resourceId
            .optional()
            .openapi({ description: 'Where the link leads. Default: a resource on which the user lacks a token.' }),
          language: emailLanguage.optional(),
        })
        .openapi('LostDeviceInput', { description: 'What was lost, and what follows.' }),
    ),
  },
  responses: {
    200: jsonAnswer(
      'Deactivated.',
      z
        .object({
          tokens: z.array(tokenId).openapi({ description: 'The deactivated tokens.' }),
          expiresAt: instantOf('When the permission or the link expires.'),
        })
        .openapi('LostDevice', { description: 'A lost device that was reported.' }),
    ),
  },
  handle: async (c, ports: MailPorts) => {
    const verdict = await reportLostDevice(ports, c.get('act'), c.req.valid('param').id, c.req.valid('json'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});

export const lostDeviceRoutes = [report];
