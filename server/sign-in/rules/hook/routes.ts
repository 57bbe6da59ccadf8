import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { HOOK_FAILURE_RULES } from '@countersign/protocol/resources';
import { z } from '@hono/zod-openapi';
import { createdAt, resourceId } from '../../../http/api/fields.ts';
import { route } from '../../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../../http/api/router.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal } from '../../../kernel/result.ts';
import type { Hook } from '../../../resources/hook.ts';
import { overlapMs, presentSecrets, secretsView, signingSecret } from '../../../webhooks/signing-secret-fields.ts';
import { readHook, removeHook, rotateHookSecret, setHook } from './change-hook.ts';
import { testHook } from './test-hook.ts';

const fields = {
  url: z.string().min(1).max(2000).openapi({
    description: 'Where the question is sent: https, a public address, no user name and no fragment.',
    example: 'https://shop.example/countersign/hook',
  }),
  onFailure: z.enum(HOOK_FAILURE_RULES).openapi({
    description:
      'What follows if there is no valid answer within 2 seconds. `deny`: the sign-in ends. `allow`: the result is issued without claims of the hook. More calls at once than may run are refused with `OVERLOADED` in both cases.',
  }),
};
const input = z
  .strictObject({ url: fields.url, onFailure: fields.onFailure.default('deny') })
  .openapi('ResourceHookInput', { description: 'The hook of a resource.' });
const rotation = z
  .strictObject({ overlapMs })
  .openapi('ResourceHookRotationInput', { description: 'How to rotate the secret.' });
const view = z
  .object({
    ...fields,
    secrets: secretsView.openapi({
      description: 'The secrets that sign now, without their values. None: every sign-in is denied.',
    }),
    createdAt,
  })
  .openapi('ResourceHook', { description: 'The hook of a resource.' });
const withSecret = z
  .object({ hook: view, secret: signingSecret.optional() })
  .openapi('ResourceHookWithSecret', { description: 'A hook, and its secret if that is new.' });
const tested = z
  .object({
    id: z.string().openapi({ description: 'The `webhook-id` that was sent.', example: 'hook_mfk3q9-r8GKYqrTwjUPD8' }),
    decision: z.enum(['allowed', 'denied', 'failed']).openapi({
      description: 'What the answer decides. `failed`: there was no valid one, and `onFailure` would apply.',
    }),
    failure: z.string().optional().openapi({ description: 'Why there was none.', example: 'timed-out' }),
    tookMs: z.int().openapi({ description: 'How long it took, in milliseconds.', example: 85 }),
  })
  .openapi('ResourceHookTest', { description: 'The outcome of a test call.' });

function presentHook(hook: Hook, now: number): z.input<typeof view> {
  const { url, onFailure, createdAt } = hook;
  return {
    url,
    onFailure,
    secrets: presentSecrets(hook, now),
    createdAt,
  };
}

const shared = { scope: 'administer', tag: 'Resources' } as const;
const params = z.object({ id: resourceId });
type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'webhookSender'>;

const read = route({
  ...shared,
  method: 'get',
  path: '/resources/{id}/hook',
  operationId: 'getResourceHook',
  summary: 'Read the hook of a resource',
  request: { params },
  responses: { 200: jsonAnswer('The hook.', view) },
  handle: async (c, ports: Needs) => {
    const found = await readHook(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(found) ? refuseResult(c, found) : c.json(presentHook(found.hook, ports.clock.now()), 200);
  },
});
const set = route({
  ...shared,
  method: 'post',
  path: '/resources/{id}/hook',
  operationId: 'setResourceHook',
  summary: 'Set the hook of a resource',
  description:
    'From then on it is asked before each result is issued, signed according to Standard Webhooks 1.0, and can deny it or add claims. A later call changes it and keeps its secret.',
  request: { params, ...jsonBody(input) },
  responses: { 200: jsonAnswer('The hook, and its secret if it is new.', withSecret) },
  handle: async (c, ports: Needs) => {
    const result = await setHook(ports, c.get('act'), c.req.valid('param').id, c.req.valid('json'));
    if (isRefusal(result)) return refuseResult(c, result);
    const hook = presentHook(result.hook, ports.clock.now());
    return c.json({ hook, ...omitUndefined({ secret: result.secret }) }, 200);
  },
});
const remove = route({
  ...shared,
  method: 'delete',
  path: '/resources/{id}/hook',
  operationId: 'deleteResourceHook',
  summary: 'Delete the hook of a resource',
  description: 'From then on results are issued without a call.',
  request: { params },
  responses: { 204: { description: 'Deleted.' } },
  handle: async (c, ports: Needs) => {
    const removed = await removeHook(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(removed) ? refuseResult(c, removed) : c.body(null, 204);
  },
});
const rotate = route({
  ...shared,
  method: 'post',
  path: '/resources/{id}/hook/rotate',
  operationId: 'rotateResourceHookSecret',
  summary: 'Rotate the secret of a hook',
  description: 'Until the overlap ends, every call carries both signatures.',
  request: { params, ...jsonBody(rotation) },
  responses: { 200: jsonAnswer('The new secret.', withSecret) },
  handle: async (c, ports: Needs) => {
    const { overlapMs } = c.req.valid('json');
    const rotated = await rotateHookSecret(ports, c.get('act'), c.req.valid('param').id, overlapMs);
    if (isRefusal(rotated)) return refuseResult(c, rotated);
    return c.json({ hook: presentHook(rotated.hook, ports.clock.now()), secret: rotated.secret }, 200);
  },
});
const tryOut = route({
  ...shared,
  method: 'post',
  path: '/resources/{id}/hook/test',
  operationId: 'testResourceHook',
  summary: 'Ask the hook now',
  description: 'About no sign-in: `test` is true in the question. At most ten times a minute.',
  request: { params },
  responses: { 200: jsonAnswer('The outcome.', tested) },
  handle: async (c, ports: Needs) => {
    const test = await testHook(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(test)) return refuseResult(c, test);
    const { id, outcome, tookMs } = test;
    if (outcome.kind === 'failed') return c.json({ id, decision: outcome.kind, failure: outcome.failure, tookMs }, 200);
    return c.json({ id, decision: outcome.kind, tookMs }, 200);
  },
});

export const hookRoutes = [read, set, remove, rotate, tryOut];
