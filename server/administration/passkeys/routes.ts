import { z } from '@hono/zod-openapi';
import { label } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { isRefusal } from '../../kernel/result.ts';
import type { PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import { attestation } from '../../tokens/kinds/passkey/passkey-fields.ts';
import { requestOf } from '../../tokens/kinds/passkey/passkey-request.ts';
import { proofFields } from '../administrator-fields.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { requireProof, selfOf } from '../self-routes.ts';
import { knownPasskeysView, passkeyCreation, passkeyIdField, passkeyQuestion } from '../session-fields.ts';
import {
  askOwnPasskey,
  finishOwnPasskey,
  knownOwnPasskeys,
  removeOwnPasskey,
  renameOwnPasskey,
  startOwnPasskey,
} from './own-passkeys.ts';

const name = label(100).openapi({ description: 'The name of the passkey.', example: 'Security key' });
const newPasskey = z
  .strictObject({
    ...proofFields,
    name: name
      .optional()
      .openapi({ description: 'The name of the passkey. By default, that of its provider.', example: 'Security key' }),
  })
  .openapi('OwnPasskeyInput', { description: 'A new passkey, with both factors.' });
const created = z
  .strictObject({ response: attestation.openapi({ description: 'The new passkey.' }) })
  .openapi('OwnPasskeyConfirmationInput', { description: 'What the browser returned.' });
const renaming = z
  .strictObject({ id: passkeyIdField, name })
  .openapi('OwnPasskeyRenamingInput', { description: 'The passkey to rename, and its new name.' });
const removal = z
  .strictObject({ ...proofFields, id: passkeyIdField })
  .openapi('OwnPasskeyRemovalInput', { description: 'The passkey to remove, with both factors.' });

const ask = route({
  method: 'post',
  path: '/me/passkey-question',
  scope: 'session',
  operationId: 'askOwnPasskey',
  tag: 'Administrators',
  summary: 'Ask for one of your passkeys',
  description:
    'Its answer is the `passkey` of the next request that requires both factors. It is valid once, for five minutes.',
  responses: { 200: jsonAnswer('For the browser.', passkeyQuestion) },
  handle: async (c, ports: Needs) => {
    const asked = await askOwnPasskey(ports, selfOf(c));
    return isRefusal(asked) ? refuseResult(c, asked) : c.json(requestOf(asked.asked), 200);
  },
});
const start = route({
  method: 'post',
  path: '/me/passkeys',
  scope: 'session',
  operationId: 'startOwnPasskey',
  tag: 'Administrators',
  summary: 'Start adding a passkey',
  description: 'Requires both factors.',
  request: jsonBody(newPasskey),
  responses: { 200: jsonAnswer('For the browser.', passkeyCreation) },
  handle: async (c, ports: Needs) => {
    const body = c.req.valid('json');
    const verdict = await startOwnPasskey(ports, selfOf(c), requireProof(body), body.name);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.creation, 200);
  },
});
const finish = route({
  method: 'post',
  path: '/me/passkeys/confirm',
  scope: 'session',
  operationId: 'confirmOwnPasskey',
  tag: 'Administrators',
  summary: 'Add the passkey that the browser made',
  description: 'All other sessions end, and an email tells the administrator.',
  request: jsonBody(created),
  responses: { 204: { description: 'Added.' } },
  handle: async (c, ports: Needs) => {
    const verdict = await finishOwnPasskey(ports, selfOf(c), c.req.valid('json').response);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const rename = route({
  method: 'post',
  path: '/me/passkeys/rename',
  scope: 'session',
  operationId: 'renameOwnPasskey',
  tag: 'Administrators',
  summary: 'Rename one of your passkeys',
  request: jsonBody(renaming),
  responses: { 204: { description: 'Renamed.' } },
  handle: async (c, ports: Needs) => {
    const { id, name } = c.req.valid('json');
    const verdict = await renameOwnPasskey(ports, selfOf(c), id, name);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const known = route({
  method: 'get',
  path: '/me/passkeys',
  scope: 'session',
  operationId: 'getOwnPasskeys',
  tag: 'Administrators',
  summary: 'What your browser may know about your passkeys',
  description: 'Options of `PublicKeyCredential.signalAllAcceptedCredentials` and `signalCurrentUserDetails`.',
  responses: { 200: jsonAnswer('For the browser.', knownPasskeysView) },
  handle: async (c, ports: Needs) => {
    const verdict = await knownOwnPasskeys(ports, selfOf(c));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict.known, 200);
  },
});
const remove = route({
  method: 'post',
  path: '/me/passkeys/remove',
  scope: 'session',
  operationId: 'deleteOwnPasskey',
  tag: 'Administrators',
  summary: 'Remove one of your passkeys',
  description: 'Requires both factors. All other sessions end, and an email tells the administrator. The token stays.',
  request: jsonBody(removal),
  responses: { 204: { description: 'Removed.' } },
  handle: async (c, ports: Needs) => {
    const body = c.req.valid('json');
    const verdict = await removeOwnPasskey(ports, selfOf(c), requireProof(body), body.id);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});

type Needs = SecondFactorPorts & PasskeyNeeds;

/** Administrators' own passkeys. By session alone, like their other factors. */
export const ownPasskeyRoutes = [ask, known, start, finish, rename, remove];
