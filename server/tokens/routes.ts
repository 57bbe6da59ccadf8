import { TOKEN_KINDS, TOKEN_STATES } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import {
  type CreatedObject,
  describeObject,
  showCreated,
  showDeleted,
  showOne,
  showPage,
  toCreatedObject,
} from '../http/api/describe-object.ts';
import { instantOf, namedPageQuery, resourceId, tokenId, userId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { ifMatchVersions, tagged } from '../http/api/version.ts';
import { refuse } from '../http/problem.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import type { NewId } from '../store/records/create-object.ts';
import { showObject } from '../store/records/read-object.ts';
import { createToken } from './create-token.ts';
import { deleteToken } from './delete-token.ts';
import { tokenDocument } from './documents.ts';
import { parseOtp } from './kinds/oath/format.ts';
import { listTokens } from './list-tokens.ts';
import { requestResync } from './request-resync.ts';
import { resyncToken } from './resync-token.ts';
import {
  enrolledToken,
  pairOf,
  presentToken,
  resyncInput,
  tokenChanges,
  tokenInput,
  tokenView,
} from './token-fields.ts';
import { updateToken } from './update-token.ts';

const routes = describeObject(
  { path: '/tokens', tag: 'Tokens', one: 'a token', many: 'tokens', id: tokenId },
  {
    query: namedPageQuery.extend({
      state: z.enum(TOKEN_STATES).optional().openapi({ description: 'Only tokens in this state.' }),
      owner: userId.optional().openapi({ description: 'Only tokens of this user.' }),
      kind: z.enum(TOKEN_KINDS).optional().openapi({ description: 'Only tokens of this kind.' }),
      resource: resourceId
        .optional()
        .openapi({ description: 'Only tokens that are assigned to this resource without a user.' }),
    }),
    input: tokenInput,
    changes: tokenChanges,
    shown: tokenView,
    made: enrolledToken,
    about: {
      create: 'Only this response contains the secret.',
      update: 'Renames, deactivates, locks or unlocks it, or changes its owner.',
      remove: 'The assignments with this token are deleted.',
    },
  },
);
const resync = route({
  method: 'post',
  path: '/tokens/{id}/resync',
  scope: 'write',
  operationId: 'resyncToken',
  tag: 'Tokens',
  summary: 'Resynchronise a token',
  description:
    'For a device whose counter or clock has drifted. Wrong codes count as one failure in a separate counter, which locks the token after too many in a row. Right codes are used up and do not reset the failures of sign-ins.',
  request: { params: z.object({ id: tokenId }), ...jsonBody(resyncInput) },
  responses: { 200: { ...jsonAnswer('The resynchronised token.', tokenView), ...tagged } },
  handle: async (c, ports: SecretPorts) => {
    const { otps } = c.req.valid('json');
    if (!otps.every((otp) => parseOtp(otp) !== undefined)) return refuse(c, 'OTP_MALFORMED');
    return showOne(c, await resyncToken(ports, c.get('act'), c.req.valid('param').id, otps), (token) =>
      presentToken(token, c.get('act')),
    );
  },
});

const questions = z
  .object({
    questions: z.tuple([z.string(), z.string()]).openapi({
      ...pairOf({ type: 'string' }),
      description: 'The challenges, in this order.',
      example: ['00000000', '11111111'],
    }),
    expiresAt: instantOf('When they expire.'),
  })
  .openapi('ResyncQuestions', { description: 'Two challenges for a device.' });
const askForResync = route({
  method: 'post',
  path: '/tokens/{id}/resync-questions',
  scope: 'write',
  operationId: 'createResyncQuestions',
  tag: 'Tokens',
  summary: 'Create the challenges that resynchronise a device',
  description:
    'For challenge-response devices with a counter or a clock. Send the responses, in this order, to `/tokens/{id}/resync`. A new request replaces the challenges.',
  request: { params: z.object({ id: tokenId }) },
  responses: { 200: jsonAnswer('Two challenges. They expire after five minutes.', questions) },
  handle: async (c, ports: SecretPorts) => {
    const asked = await requestResync(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(asked) ? refuseResult(c, asked) : c.json(asked, 200);
  },
});

export async function makeToken(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  body: z.output<typeof tokenInput>,
): Promise<CreatedObject<z.input<typeof enrolledToken>> | Refusal> {
  const made = await createToken(ports, act, birth, body);
  return isRefusal(made) ? made : toCreatedObject(made.token, { token: presentToken(made.token, act), ...made.once });
}

export const tokenRoutes = [
  route({
    ...routes.create,
    handle: async (c, ports: SecretPorts) => {
      const body = c.req.valid('json');
      return showCreated(c, await createOnce(ports, c, 'tok', (birth) => makeToken(ports, c.get('act'), birth, body)));
    },
  }),
  route({
    ...routes.list,
    handle: async (c, ports: SecretPorts) =>
      showPage(c, await listTokens(ports, c.get('act'), c.req.valid('query')), (token) =>
        presentToken(token, c.get('act')),
      ),
  }),
  route({
    ...routes.read,
    handle: async (c, ports: SecretPorts) => {
      const key = tokenDocument.key(c.req.valid('param').id);
      return showOne(c, await showObject(ports, c.get('act'), key, 'TOKEN_NOT_FOUND'), (token) =>
        presentToken(token, c.get('act')),
      );
    },
  }),
  route({
    ...routes.update,
    handle: async (c, ports: SecretPorts) => {
      const { id } = c.req.valid('param');
      return showOne(c, await updateToken(ports, c.get('act'), id, c.req.valid('json'), ifMatchVersions(c)), (token) =>
        presentToken(token, c.get('act')),
      );
    },
  }),
  route({
    ...routes.remove,
    handle: async (c, ports: SecretPorts) =>
      showDeleted(c, await deleteToken(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c))),
  }),
  resync,
  askForResync,
];
