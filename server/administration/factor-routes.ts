import { ADMINISTRATOR_FACTORS } from '@countersign/protocol/session';
import { z } from '@hono/zod-openapi';
import { administratorId, email } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { isRefusal } from '../kernel/result.ts';
import { changeAdministratorFactors, type FactorsInForce, readAdministratorFactors } from './administrator-factors.ts';
import { nameOfAdministrator, proofFields } from './administrator-fields.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { requireProof, selfOf } from './self-routes.ts';

export const factorsField = z.enum(ADMINISTRATOR_FACTORS).openapi({
  description: 'What opens the console beside the password: `any`, a code or a passkey; `passkey`, a passkey alone.',
});
const inForce = z
  .object({
    factors: factorsField,
    decidedBy: z
      .enum(['installation', 'account'])
      .openapi({ description: 'Who set that. The account cannot lower what the installation requires.' }),
    withoutPasskey: z
      .array(
        z.object({
          id: administratorId,
          email: email.openapi({ description: 'The email address.', example: 'ada@shop.example' }),
          name: nameOfAdministrator,
        }),
      )
      .openapi({ description: 'Active administrators who have no passkey.' }),
  })
  .openapi('AdministratorFactors', { description: 'What opens the console.' });
const changes = z
  .strictObject({ ...proofFields, factors: factorsField })
  .openapi('AdministratorFactorsInput', { description: 'What is to open the console, with both factors.' });

const read = route({
  method: 'get',
  path: '/administrator-factors',
  scope: 'administer',
  operationId: 'readAdministratorFactors',
  tag: 'Administrators',
  summary: 'Read what opens the console',
  responses: { 200: jsonAnswer('What opens it, and who has no passkey.', inForce) },
  handle: async (c, ports: SecondFactorPorts) => {
    const verdict = await readAdministratorFactors(ports, c.get('act'));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentFactors(verdict), 200);
  },
});
const update = route({
  method: 'patch',
  path: '/administrator-factors',
  scope: 'session',
  operationId: 'updateAdministratorFactors',
  tag: 'Administrators',
  summary: 'Require passkeys of administrators, or no longer',
  description:
    'By the superuser, with both factors; to require passkeys, with one. Refused while an active administrator has none. Sessions that began with a code end. All administrators get an email.',
  request: jsonBody(changes),
  responses: { 200: jsonAnswer('What opens it, and who has no passkey.', inForce) },
  handle: async (c, ports: SecondFactorPorts) => {
    const body = c.req.valid('json');
    const verdict = await changeAdministratorFactors(ports, selfOf(c), requireProof(body), body.factors);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentFactors(verdict), 200);
  },
});

export function presentFactors({ withoutPasskey, ...rest }: FactorsInForce): z.input<typeof inForce> {
  return { ...rest, withoutPasskey: withoutPasskey.map(({ id, email, name }) => ({ id, email, name })) };
}

export const administratorFactorRoutes = [read, update];
