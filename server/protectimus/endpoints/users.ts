import { MAX_PASSWORD_LENGTH } from '../../http/api/fields.ts';
import { idFromBytes, idNumber, type TokenId, type UserId } from '../../kernel/ids.ts';
import { isEmailShape, isLoginShape, isPhoneShape } from '../../kernel/names.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { countEntries, listSelectedOffsetPage } from '../../store/records/offset-page.ts';
import { listTokens } from '../../tokens/list-tokens.ts';
import type { Token } from '../../tokens/token.ts';
import { updateToken } from '../../tokens/update-token.ts';
import { createUser } from '../../user-management/create-user.ts';
import { deleteUser } from '../../user-management/delete-user.ts';
import { importPasswordHash } from '../../user-management/import-password-hash.ts';
import { updateUser } from '../../user-management/update-user.ts';
import { userIndexes } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import { isBlockedBy, USER_BLOCKS } from '../blocks.ts';
import { ENCODING_TYPES, importedHashOf } from '../encoding-format.ts';
import { type Endpoint, type EndpointRequest, pathNumber } from '../endpoint.ts';
import { findNamedUser } from '../find-named.ts';
import { plainPhone } from '../phone-numbers.ts';
import { invalid, missing, ProtocolError } from '../protocol-error.ts';
import { invalidIfNotFound } from '../resolve.ts';
import { selectUsers } from '../select-objects.ts';
import { tokenShapes, userShape, userShapes } from '../serialize.ts';
import { protectimusType } from '../token-types.ts';
import { type Shape, ValueList } from './envelope.ts';
import { type Fields, pathId } from './fields.ts';
import { shownToken } from './tokens.ts';

const ONE = 'user-service/users/#';
const THEIR_TOKENS = `${ONE}/tokens`;
const DETAILS = ['login', 'email', 'phoneNumber', 'password', 'firstName', 'secondName', 'apiSupport'];
const PASSWORD_FIELDS = ['rawPassword', 'rawSalt', 'encodingType', 'encodingFormat'];
const MAX_LOGIN_LENGTH = 50;
const MAX_EMAIL_LENGTH = 100;
/** Far more tokens than a user has. */
const MAX_TOKENS = 5000;

function detailsOf(fields: Fields) {
  const [login, email, phone] = [
    fields.text('login', MAX_LOGIN_LENGTH),
    fields.text('email', MAX_EMAIL_LENGTH),
    phoneOf(fields),
  ];
  if (login !== undefined && !isLoginShape(login)) throw invalid('login', '1 to 50 characters without spaces');
  if (email !== undefined && !isEmailShape(email)) throw invalid('email', 'an email address');
  return {
    login,
    email,
    phone,
    password: fields.text('password', MAX_PASSWORD_LENGTH),
    firstName: fields.label('firstName'),
    secondName: fields.label('secondName'),
    apiSupport: fields.flag('apiSupport'),
  };
}

function phoneOf(fields: Fields): string | undefined {
  const phoneText = fields.text('phoneNumber');
  const phone = phoneText === undefined ? undefined : plainPhone(phoneText);
  if (phone === undefined || isPhoneShape(phone)) return phone;
  const digits = phone.replace(/^\+/, '');
  if (/^[0-9]+$/.test(digits)) throw new ProtocolError('INVALID_PARAMETER_LENGTH', 'phoneNumber: 10 to 15 digits');
  throw invalid('phoneNumber', '10 to 15 digits');
}

function userAt({ ports, act, numbers }: EndpointRequest): Promise<Result<{ user: User }>> {
  return findNamedUser(ports, act, { id: pathId('usr', pathNumber({ numbers })) });
}

/** The user's tokens whose type the dialect knows. */
function tokensOf({ ports, act }: EndpointRequest, owner: UserId, part: { start: number; limit: number }) {
  const isShown = (token: Token) => protectimusType(token) !== undefined;
  return listSelectedOffsetPage(part, isShown, (query) => listTokens(ports, act, { ...query, owner }));
}

async function userAndToken(request: EndpointRequest): Promise<Result<{ user: User; token: Token }>> {
  const found = await userAt(request);
  if (isRefusal(found)) return found;
  const token = await shownToken(request, pathNumber(request, 1));
  return isRefusal(token) ? token : { user: found.user, token: token.object };
}

async function handOver(request: EndpointRequest, id: TokenId, owner: UserId | null): Promise<Result<Shape>> {
  const changed = await updateToken(request.ports, request.act, id, { owner });
  return isRefusal(changed) ? changed : {};
}

/** A password, or its hash from another system. */
function passwordOf(fields: Fields): Parameters<typeof importPasswordHash>[3] {
  const raw = fields.needed('rawPassword', MAX_PASSWORD_LENGTH);
  const type = fields.oneOf('encodingType', ENCODING_TYPES);
  if (type === undefined) throw missing('encodingType');
  const [salt, format] = [fields.text('rawSalt', 512) ?? '', fields.text('encodingFormat')];
  if (type === 'PLAIN') {
    if (salt !== '' || (format ?? 'PASS') !== 'PASS') throw invalid('encodingFormat', 'PASS, where nothing is hashed');
    return { password: raw };
  }
  if (format === undefined) throw missing('encodingFormat');
  if (salt !== '' && !/^(?:[0-9a-f]{2})+$/i.test(salt)) throw invalid('rawSalt', 'hexadecimal');
  if (!/^[0-9a-f]+$/i.test(raw)) throw invalid('rawPassword', 'the hash in hexadecimal');
  return { passwordHash: importedHashOf(type, { hash: raw, salt, encodingFormat: format }) };
}

export const userRows: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'user-service/users',
    fields: ['start', 'limit', 'login', 'email', 'firstName', 'secondName', 'block', 'resourceIds'],
    async answer({ ports, act, fields }) {
      const block = fields.oneOf('block', USER_BLOCKS);
      const blocked = block && isBlockedBy(block);
      const selection = {
        login: fields.text('login'),
        email: fields.text('email'),
        firstName: fields.text('firstName'),
        secondName: fields.text('secondName'),
        resources: fields.ids('resourceIds', 'res'),
      };
      const part = fields.part();
      if (blocked === 'never') return { users: new ValueList('user', []) };
      const listed = await selectUsers(ports, act, { ...selection, blocked }, part);
      return isRefusal(listed) ? listed : { users: new ValueList('user', await userShapes(ports, listed.items)) };
    },
  },
  {
    method: 'GET',
    path: 'user-service/users/quantity',
    fields: [],
    answer: async ({ ports, act }) => ({ quantity: await countEntries(ports, userIndexes.created(act.actor.account)) }),
  },
  {
    method: 'POST',
    path: 'user-service/users',
    fields: DETAILS,
    async answer({ ports, act, fields }) {
      const { login, ...details } = detailsOf(fields);
      if (login === undefined) throw missing('login');
      const created = await createUser(
        ports,
        act,
        { id: idFromBytes('usr', ports.random.bytes(7)) },
        { login, ...details },
      );
      return isRefusal(created) ? created : { id: idNumber(created.user.id) };
    },
  },
  {
    method: 'POST',
    path: 'user-service/users/password',
    fields: ['id', 'login', ...PASSWORD_FIELDS],
    async answer({ ports, act, fields }) {
      const [id, login] = [fields.id('id', 'usr'), fields.text('login')];
      if (id === undefined && login === undefined) throw missing('id or login');
      const password = passwordOf(fields);
      const lookup = await findNamedUser(ports, act, { id, login });
      const found = id === undefined ? invalidIfNotFound(lookup, 'login') : lookup;
      if (isRefusal(found)) return found;
      const changed = await importPasswordHash(ports, act, found.user.id, password);
      return isRefusal(changed) ? changed : { user: await userShape(ports, changed.object) };
    },
  },
  {
    method: 'POST',
    // As the library for Python sends it.
    path: `${ONE}/password`,
    fields: PASSWORD_FIELDS,
    async answer(request) {
      const password = passwordOf(request.fields);
      const found = await userAt(request);
      if (isRefusal(found)) return found;
      const changed = await importPasswordHash(request.ports, request.act, found.user.id, password);
      return isRefusal(changed) ? changed : { user: await userShape(request.ports, changed.object) };
    },
  },
  {
    method: 'GET',
    path: ONE,
    fields: [],
    async answer(request) {
      const found = await userAt(request);
      return isRefusal(found) ? found : { user: await userShape(request.ports, found.user) };
    },
  },
  {
    method: 'PUT',
    path: ONE,
    fields: DETAILS,
    async answer(request) {
      const { ports, act, fields } = request;
      const id = pathId('usr', pathNumber(request));
      const changed = await updateUser(ports, act, id, detailsOf(fields));
      return isRefusal(changed) ? changed : { user: await userShape(ports, changed.object) };
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    fields: [],
    async answer(request) {
      const { ports, act } = request;
      const found = await userAt(request);
      if (isRefusal(found)) return found;
      const user = await userShape(ports, found.user);
      const deleted = await deleteUser(ports, act, found.user.id);
      return isRefusal(deleted) ? deleted : { user };
    },
  },
  {
    method: 'GET',
    path: THEIR_TOKENS,
    fields: ['start', 'limit'],
    async answer(request) {
      const part = request.fields.part();
      const found = await userAt(request);
      if (isRefusal(found)) return found;
      const listed = await tokensOf(request, found.user.id, part);
      return isRefusal(listed)
        ? listed
        : { tokens: new ValueList('token', await tokenShapes(request.ports, listed.items)) };
    },
  },
  {
    method: 'GET',
    path: `${THEIR_TOKENS}/quantity`,
    fields: [],
    async answer(request) {
      const found = await userAt(request);
      if (isRefusal(found)) return found;
      const listed = await tokensOf(request, found.user.id, { start: 0, limit: MAX_TOKENS });
      return isRefusal(listed) ? listed : { quantity: listed.items.length };
    },
  },
  {
    method: 'POST',
    path: `${THEIR_TOKENS}/#/assign`,
    // Libraries repeat the numbers of the path.
    fields: ['userId', 'tokenId'],
    async answer(request) {
      const found = await userAndToken(request);
      return isRefusal(found) ? found : handOver(request, found.token.id, found.user.id);
    },
  },
  {
    method: 'POST',
    path: `${THEIR_TOKENS}/#/unassign`,
    fields: ['userId', 'tokenId'],
    async answer(request) {
      const found = await userAndToken(request);
      if (isRefusal(found)) return found;
      if (found.token.owner !== found.user.id) return refusal('ASSIGNMENT_NOT_FOUND');
      return handOver(request, found.token.id, null);
    },
  },
];
