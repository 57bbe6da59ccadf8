import { z } from '@hono/zod-openapi';
import { showOne } from '../http/api/describe-object.ts';
import { createdAt, label } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody } from '../http/api/router.ts';
import { changeHeaders, ifMatchVersions, tagged } from '../http/api/version.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import type { Account } from './account.ts';
import { readAccount } from './read-account.ts';
import { updateAccount } from './update-account.ts';

export const planName = z.string().min(1).max(50).openapi({ description: 'The name of a plan.', example: 'Standard' });
const account = z
  .object({
    id: z.string().openapi({ description: 'Id of the account.', example: 'acc_01k8dq9z2mp' }),
    name: z.string().openapi({ description: 'The name of the account.', example: 'Shop' }),
    plan: z
      .object({ name: planName, active: z.boolean().openapi({ description: 'Whether the plan is active.' }) })
      .openapi({ description: 'The service plan.' }),
    createdAt,
  })
  .openapi('Account', { description: 'An account.' });
const changes = z
  .strictObject({
    name: label(100).openapi({ description: 'The name of the account.', example: 'Shop' }),
    masterKeyCopied: z.boolean().openapi({
      description:
        'That there is a copy of the current master key, which the service cannot know. The checklist shows it.',
      example: true,
    }),
  })
  .partial()
  .openapi('AccountChanges', { description: 'What changes of the account.' });

function presentAccount({ id, name, plan, createdAt }: Account): z.input<typeof account> {
  return { id, name, plan: { name: plan.name, active: plan.active }, createdAt };
}

const read = route({
  method: 'get',
  path: '/account',
  scope: 'read',
  operationId: 'readAccount',
  tag: 'Account',
  summary: 'Read the account',
  responses: { 200: { ...jsonAnswer('The account of the key.', account), ...tagged } },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await readAccount(ports, c.get('act'));
    return showOne(c, isRefusal(verdict) ? verdict : { object: verdict.account }, presentAccount);
  },
});
const update = route({
  method: 'patch',
  path: '/account',
  scope: 'administer',
  operationId: 'updateAccount',
  tag: 'Account',
  summary: 'Change the account',
  request: { headers: changeHeaders, ...jsonBody(changes) },
  responses: { 200: { ...jsonAnswer('The account.', account), ...tagged } },
  handle: async (c, ports: SecretPorts) => {
    const verdict = await updateAccount(ports, c.get('act'), c.req.valid('json'), ifMatchVersions(c));
    return showOne(c, isRefusal(verdict) ? verdict : { object: verdict.account }, presentAccount);
  },
});

export const accountRoutes = [read, update];
