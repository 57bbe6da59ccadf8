import { z } from '@hono/zod-openapi';
import { anyName, instantOf, languageTag, resourceId, tokenId, userAddress } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import { mailLanguage } from '../kernel/mail.ts';
import { mayUse } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { CHALLENGE_KINDS, createChallenge } from './create-challenge.ts';

const request = z
  .strictObject({
    resource: resourceId,
    user: anyName.optional().openapi({ description: 'Id or any name of the user.' }),
    token: tokenId.optional().openapi({
      description: 'Id of a token of the user; without `user`, of a token that is assigned to the resource.',
    }),
    kind: z
      .enum(CHALLENGE_KINDS)
      .optional()
      .openapi({ description: 'The kind of token. Default: the first kind of this list that the user has.' }),
    language: languageTag,
    address: userAddress,
  })
  .refine((body) => (body.user ?? body.token) !== undefined, { message: 'user or token', path: ['user'] })
  .openapi('ChallengeInput', { description: 'Which token to challenge.', example: { user: 'alice' } });

const answer = z
  .object({
    token: tokenId,
    kind: z.enum(CHALLENGE_KINDS).openapi({ description: 'The kind of the token.' }),
    name: z.string().openapi({ description: 'The name of the token.', example: 'Phone of Alice' }),
    to: z.string().optional().openapi({ description: 'Where the code was sent, masked.', example: '+49•••••••678' }),
    question: z.string().optional().openapi({ description: 'To be typed into the device.', example: '48210375' }),
    expiresAt: instantOf('When it expires.'),
  })
  .openapi('Challenge', { description: 'A pending challenge.', example: { kind: 'sms', to: '+49•••••••678' } });

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

export const challengeRoutes = [
  route({
    method: 'post',
    path: '/challenges',
    scope: 'authenticate',
    operationId: 'createChallenge',
    tag: 'Authentication',
    summary: 'Send a code or create a challenge for a token',
    description:
      'Sends a code, or creates a challenge for a device. `POST /v1/authentications` then takes the code or the response as `otp` for the same resource. Call it after your site has checked a first factor, because messages cost money and disturb users. A new code replaces the previous one, after at least 30 seconds.',
    request: jsonBody(request),
    responses: { 200: jsonAnswer('The challenge.', answer) },
    handle: async (c, ports: Needs) => {
      const body = c.req.valid('json');
      if (!mayUse(c.get('act').actor, body.resource)) return refuse(c, 'SCOPE_MISSING');
      const asked = { ...body, language: mailLanguage(body.language) };
      const verdict = await createChallenge(ports, c.get('act'), asked);
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
    },
  }),
];
