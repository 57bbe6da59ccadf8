import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type AuthenticationRequest, authenticate } from '../../authentication/authenticate.ts';
import { challengeOrToken } from '../../authentication/challenge-or-token.ts';
import { readBalance } from '../../billing/read-plan.ts';
import { checkEnvironment } from '../../browsers/check-environment.ts';
import { saveEnvironment } from '../../browsers/save-environment.ts';
import { MAX_PASSWORD_LENGTH } from '../../http/api/fields.ts';
import type { ResourceId, TokenId, UserId } from '../../kernel/ids.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { readStrictJson } from '../../kernel/strict-json.ts';
import { showObject } from '../../store/records/read-object.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { parseTypedOtp } from '../../tokens/kinds/oath/format.ts';
import type { Endpoint, EndpointRequest } from '../endpoint.ts';
import { isCredentialRefusal } from '../failure-codes.ts';
import { parseEnvironment } from '../parse-environment.ts';
import { invalid } from '../protocol-error.ts';
import {
  maybeUserOf,
  RESOURCE_FIELDS,
  requestedLogin,
  resourceOf,
  tokenIdOf,
  USER_FIELDS,
  userOf,
} from '../resolve.ts';
import { protectimusType } from '../token-types.ts';
import { NO_TEXT, type Shape } from './envelope.ts';
import type { Fields } from './fields.ts';

const MAX_ENVIRONMENT_LENGTH = 10_000;
const WHO = [...RESOURCE_FIELDS, ...USER_FIELDS];

/** `undefined`: malformed for every kind of token, so it is wrong and not counted (SR-47). */
function otpOf(fields: Fields, need: 'needed' | 'optional' = 'needed'): { otp?: string } | undefined {
  const typed = need === 'needed' ? fields.needed('otp') : fields.text('otp');
  if (typed === undefined) return {};
  const otp = parseTypedOtp(typed);
  return otp === undefined ? undefined : { otp };
}

/** Of a token that is assigned with its user: a client may name the token alone. */
async function ownerOf(
  { ports, act }: EndpointRequest,
  id: TokenId,
  resource: ResourceId,
): Promise<UserId | undefined> {
  const found = await showObject(ports, act, tokenDocument.key(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found) || found.object.directResources.includes(resource)) return undefined;
  return found.object.owner;
}

type ByMethod = AuthenticationRequest extends infer R
  ? R extends unknown
    ? Omit<R, 'resource' | 'address'>
    : never
  : never;

/** Runs the use-case; `undefined`: the input cannot be right. */
async function resultOf(request: EndpointRequest, read: () => Promise<ByMethod | undefined>): Promise<Result<Shape>> {
  const { ports, act, fields } = request;
  const address = fields.address('ip');
  const attempt = await read();
  const found = await resourceOf(request);
  if (isRefusal(found)) return found;
  if (attempt === undefined) return { result: false };
  const input = { ...attempt, resource: found.resource.id, ...omitUndefined({ address }) };
  const outcome = await authenticate(ports, act, input as AuthenticationRequest);
  if (!isRefusal(outcome)) return { result: true };
  return isCredentialRefusal(outcome.refused) ? { result: false } : outcome;
}

function environmentOf(fields: Fields) {
  const text = fields.needed('jsonEnvironment', MAX_ENVIRONMENT_LENGTH);
  const reading = readStrictJson(new TextEncoder().encode(text));
  if (!reading.ok) throw invalid('jsonEnvironment', 'JSON of an object');
  return parseEnvironment(reading.value);
}

/** Formats an amount in units of the currency, not in its cents. */
function inUnits(amount: number, currency: string): number {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return Number((amount / 10 ** digits).toFixed(digits));
}

export const authenticationRows: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'auth-service/balance',
    fields: [],
    async answer({ ports, act, plans }) {
      const balance = await readBalance(ports, act, plans);
      return isRefusal(balance) ? balance : { balance: inUnits(balance.amount, balance.currency) };
    },
  },
  {
    method: 'POST',
    path: 'auth-service/prepare',
    fields: [...WHO, 'tokenId'],
    async answer(request) {
      const { ports, act, fields } = request;
      const token = fields.id('tokenId', 'tok');
      const resource = await resourceOf(request);
      if (isRefusal(resource)) return resource;
      const found = await (token === undefined ? userOf(request) : maybeUserOf(request));
      if (isRefusal(found)) return found;
      const user = found.user?.id ?? (token && (await ownerOf(request, token, resource.resource.id)));
      const input = { resource: resource.resource.id, user, token, language: 'en' } as const;
      const prepared = await challengeOrToken(ports, act, input);
      if (isRefusal(prepared)) return prepared;
      const { asked: challenge, token: named } = prepared;
      return {
        challenge: challenge?.question ?? NO_TEXT,
        tokenName: named.name,
        tokenType: protectimusType(named),
      };
    },
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/token',
    fields: [...RESOURCE_FIELDS, 'tokenId', 'otp', 'ip'],
    answer: (request) =>
      resultOf(request, async () => {
        const token = tokenIdOf(request.fields);
        const otp = otpOf(request.fields);
        return otp?.otp === undefined ? undefined : { method: 'token', token, otp: otp.otp };
      }),
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/user-password',
    fields: [...WHO, 'pwd', 'ip'],
    answer: (request) =>
      resultOf(request, async () => {
        const password = request.fields.needed('pwd', MAX_PASSWORD_LENGTH);
        return { method: 'password', user: await requestedLogin(request), password };
      }),
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/user-token',
    fields: [...WHO, 'otp', 'ip'],
    answer: (request) =>
      resultOf(request, async () => {
        const otp = otpOf(request.fields);
        const user = await requestedLogin(request);
        return otp && { method: 'otp', user, ...otp };
      }),
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/user-password-token',
    fields: [...WHO, 'otp', 'pwd', 'ip'],
    answer: (request) =>
      resultOf(request, async () => {
        // A user whose tokens are all deactivated has no code to type.
        const otp = otpOf(request.fields, 'optional');
        const password = request.fields.needed('pwd', MAX_PASSWORD_LENGTH);
        const user = await requestedLogin(request);
        return otp && { method: 'password-otp', user, password, ...otp };
      }),
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/check-environment',
    fields: [...WHO, 'jsonEnvironment'],
    async answer(request) {
      const { ports, act, fields } = request;
      const environment = environmentOf(fields);
      const resource = await resourceOf(request);
      if (isRefusal(resource)) return resource;
      const found = await userOf(request);
      if (isRefusal(found)) return found;
      const question = { resource: resource.resource.id, user: found.user.id, environment };
      const match = await checkEnvironment(ports, act, question);
      if (isRefusal(match)) return match;
      const percent = match.percent ?? 0;
      // The library for Java reads `quantity`, the others `result`.
      return { result: percent, quantity: percent };
    },
  },
  {
    method: 'POST',
    path: 'auth-service/authenticate/save-environment',
    fields: [...USER_FIELDS, 'jsonEnvironment'],
    async answer(request) {
      const { ports, act, fields } = request;
      const environment = environmentOf(fields);
      const found = await userOf(request);
      if (isRefusal(found)) return found;
      const saved = await saveEnvironment(ports, act, { user: found.user.id, environment });
      // The library for Java treats any `result` except `true` as a failure.
      return isRefusal(saved) ? saved : { result: true, quantity: 1 };
    },
  },
];
