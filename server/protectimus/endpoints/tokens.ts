import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { readAccount } from '../../accounts/read-account.ts';
import { locateAdministrator } from '../../administrators/find-administrator.ts';
import { mayCreate } from '../../kernel/policy.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { beginsWith } from '../../store/index-entries.ts';
import { countEntries } from '../../store/records/offset-page.ts';
import { showObject } from '../../store/records/read-object.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { base32Encode } from '../../tokens/kinds/oath/base32.ts';
import { PROTECTIMUS_TYPES } from '../../tokens/protectimus-types.ts';
import type { Token } from '../../tokens/token.ts';
import { updateToken } from '../../tokens/update-token.ts';
import { lockOf, TOKEN_BLOCKS } from '../blocks.ts';
import { type Endpoint, type EndpointRequest, pathNumber } from '../endpoint.ts';
import { findNamedUser } from '../find-named.ts';
import { selectTokens, type TokenSelection, tokenIndexesToCount } from '../select-objects.ts';
import { tokenShape, tokenShapes } from '../serialize.ts';
import { protectimusType } from '../token-types.ts';
import { type Shape, ValueList } from './envelope.ts';
import { pathId } from './fields.ts';
import { newTokenRows } from './new-tokens.ts';
import { signingRows } from './signing.ts';

const ONE = 'token-service/tokens/#';
const KEY_BYTES = 20;

/** A seed for an app to be set up. It is not stored before it comes back with a code of the app. */
async function newKey({ ports, act }: EndpointRequest): Promise<Result<Shape>> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  return { key: base32Encode(ports.random.bytes(KEY_BYTES)) };
}

/** A token with a type in the dialect; others look unknown there. */
export async function shownToken({ ports, act }: EndpointRequest, number: string): Promise<Result<{ object: Token }>> {
  const found = await showObject(ports, act, tokenDocument.key(pathId('tok', number)), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  return protectimusType(found.object) === undefined ? refusal('TOKEN_NOT_FOUND') : found;
}

/** The filters of a list of tokens. `'none'`: no token can match. */
async function selectionOf({
  ports,
  act,
  fields,
}: EndpointRequest): Promise<Result<{ selection: TokenSelection | 'none' }>> {
  const [owner, administrator, client] = [
    fields.text('username'),
    fields.text('clientStaffUsername'),
    fields.text('clientName'),
  ];
  const block = fields.oneOf('block', TOKEN_BLOCKS);
  const [unowned, blankClient] = [fields.flag('useBlankNames'), fields.flag('useBlankClientName')];
  const narrowed = {
    name: fields.text('tokenName'),
    type: fields.oneOf('tokenType', PROTECTIMUS_TYPES),
    serial: fields.text('serialNumber'),
    enabled: fields.flag('enabled'),
    ...(block && { lock: lockOf(block) }),
    ...(unowned && { unowned }),
    resources: fields.ids('resourceIds', 'res'),
  };
  // Every token here belongs to the key's only client. The library for Java sends both parameters, with the value of
  // the first.
  if (blankClient && !unowned) return { selection: 'none' };
  if (client !== undefined) {
    const account = await readAccount(ports, act);
    if (isRefusal(account)) return account;
    if (!beginsWith([account.account.name], client)) return { selection: 'none' };
  }
  const found = owner === undefined ? undefined : await findNamedUser(ports, act, { login: owner });
  if (found && isRefusal(found)) return found.refused === 'USER_NOT_FOUND' ? { selection: 'none' } : found;
  const staff = administrator && (await locateAdministrator(ports, act.actor.account, administrator));
  if (administrator !== undefined && !staff) return { selection: 'none' };
  return {
    selection: {
      ...narrowed,
      ...omitUndefined({ owner: found?.user.id }),
      ...(staff && { administrator: staff.id }),
    },
  };
}

export const tokenRows: readonly Endpoint[] = [
  { method: 'GET', path: 'token-service/secret-key/google-authenticator', fields: [], answer: newKey },
  { method: 'GET', path: 'token-service/secret-key/protectimus-smart', fields: [], answer: newKey },
  {
    method: 'GET',
    path: 'token-service/tokens',
    fields: [
      ...['start', 'limit', 'tokenName', 'tokenType', 'serialNumber', 'enabled', 'block', 'username'],
      ...['clientStaffUsername', 'resourceIds', 'useBlankNames', 'clientName', 'useBlankClientName'],
    ],
    async answer(request) {
      const part = request.fields.part();
      const found = await selectionOf(request);
      if (isRefusal(found)) return found;
      if (found.selection === 'none') return { tokens: new ValueList('token', []) };
      const listed = await selectTokens(request.ports, request.act, found.selection, part);
      return isRefusal(listed)
        ? listed
        : { tokens: new ValueList('token', await tokenShapes(request.ports, listed.items)) };
    },
  },
  {
    method: 'GET',
    path: 'token-service/tokens/quantity',
    fields: [],
    async answer({ ports, act }) {
      const counts = await Promise.all(tokenIndexesToCount(act).map((index) => countEntries(ports, index)));
      return { quantity: counts.reduce((sum, count) => sum + count, 0) };
    },
  },
  {
    method: 'GET',
    path: ONE,
    fields: [],
    async answer(request) {
      const found = await shownToken(request, pathNumber(request));
      return isRefusal(found) ? found : { token: await tokenShape(request.ports, found.object) };
    },
  },
  {
    method: 'PUT',
    path: ONE,
    fields: ['name', 'enabled', 'apiSupport'],
    async answer(request) {
      const { ports, act, fields } = request;
      const changes = {
        name: fields.label('name'),
        enabled: fields.flag('enabled'),
        apiSupport: fields.flag('apiSupport'),
      };
      const found = await shownToken(request, pathNumber(request));
      if (isRefusal(found)) return found;
      const { id, lock } = found.object;
      // In the dialect, editing a token with `enabled` unlocks it after wrong codes; only administrators lift an
      // administrator's lock.
      const unlocks = changes.enabled === true && lock !== undefined && lock.reason !== 'administrator';
      const changed = await updateToken(ports, act, id, { ...changes, ...(unlocks && { locked: false }) });
      return isRefusal(changed) ? changed : { token: await tokenShape(ports, changed.object) };
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    fields: [],
    async answer(request) {
      const { ports, act } = request;
      const found = await shownToken(request, pathNumber(request));
      if (isRefusal(found)) return found;
      const token = await tokenShape(ports, found.object);
      const deleted = await deleteToken(ports, act, found.object.id);
      return isRefusal(deleted) ? deleted : { token };
    },
  },
  {
    method: 'POST',
    path: `${ONE}/unassign`,
    fields: ['tokenId'],
    async answer(request) {
      const { ports, act } = request;
      const found = await shownToken(request, pathNumber(request));
      if (isRefusal(found)) return found;
      const changed = await updateToken(ports, act, found.object.id, { owner: null });
      return isRefusal(changed) ? changed : { token: await tokenShape(ports, changed.object) };
    },
  },
  ...newTokenRows,
  ...signingRows,
];
