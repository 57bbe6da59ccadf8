import { createAccount } from '../accounts/create-account.ts';
import { createApiKey } from '../api-keys/create-api-key.ts';
import type { ApiScope } from '../kernel/api-scope.ts';
import { crockford, idFromBytes, type ResourceId, type TokenId, type UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';
import { assign } from '../resources/assign.ts';
import { createResource } from '../resources/create-resource.ts';
import { ENROLMENT_KINDS } from '../resources/enrolment-policy.ts';
import { base32Encode } from '../tokens/kinds/oath/base32.ts';
import { createOathToken } from '../tokens/kinds/oath/create-oath-token.ts';
import { otpauthUri } from '../tokens/kinds/oath/otpauth.ts';
import { createSentToken } from '../tokens/kinds/sent/create-sent-token.ts';
import { TOKEN_KINDS } from '../tokens/token.ts';
import { createUser } from '../user-management/create-user.ts';

/**
 * Everything needed to try a login. Created for the demo, which is only on loopback and stores it in the data folder.
 */
export interface Demo {
  account: string;
  resource: ResourceId;
  apiKey: string;
  user: { id: UserId; login: string; password: string };
  token: { id: TokenId; secret: string; otpauthUri: string };
  /** Has the same password and no token, and enrols one at the first sign-in. */
  newcomer: { login: string };
}

const YEAR_MS = 365 * DAY_MS;
const SCOPES: ApiScope[] = ['authenticate', 'read', 'write'];

/**
 * An account with one of everything: a shop, a user who signs in with password and code (from an app, or by text
 * message), another without a token, and an API key for the shop.
 */
export async function seedDemo(ports: Ports): Promise<Demo> {
  const { account } = must(await createAccount(ports, { name: 'Demo' }));
  const act: RequestContext = { actor: { kind: 'operator', account: account.id } };
  const newId = <P extends 'res' | 'usr' | 'tok'>(prefix: P) => ({ id: idFromBytes(prefix, ports.random.bytes(7)) });
  const { resource } = must(
    await createResource(ports, act, newId('res'), {
      name: 'Juniper & Fern',
      enabled: true,
      failedAttemptsBeforeLock: 5,
      methodPolicy: 'auto',
      selfService: { tokens: true, password: true, details: ['firstName', 'secondName', 'email'], browsers: true },
      allowedOrigins: [],
      allowLocalhost: true,
      resultLifetimeMs: MINUTE_MS,
      passwordReset: true,
      // Passwords are reset by email here, so codes go to phones. The demo sends nothing.
      tokenKinds: TOKEN_KINDS.filter((kind) => kind !== 'email'),
      enrolment: { kinds: ENROLMENT_KINDS.filter((kind) => kind !== 'email'), required: true, unlockByMail: true },
    }),
  );
  const key = must(await createApiKey(ports, act, { name: 'Demo shop', scopes: SCOPES, lifetimeMs: YEAR_MS }));
  const password = crockford(ports.random.bytes(10)).replace(/(.{4})(?=.)/g, '$1-');
  const { user } = must(
    await createUser(ports, act, newId('usr'), {
      login: 'maria',
      email: 'maria@example.com',
      firstName: 'Maria',
      secondName: 'Castillo',
      password,
    }),
  );
  const { token, secret } = must(
    await createOathToken(ports, act, newId('tok'), {
      name: 'Maria’s phone',
      kind: 'totp',
      algorithm: 'SHA1',
      digits: 6,
      periodMs: 30_000,
      counter: 0,
      owner: user.id,
    }),
  );
  const texted = must(
    await createSentToken(ports, act, newId('tok'), {
      name: 'Maria’s number',
      kind: 'sms',
      to: '+15555550100',
      owner: user.id,
    }),
  );
  for (const { id } of [token, texted.token]) {
    must(await assign(ports, act, { resource: resource.id, user: user.id, token: id }));
  }
  const { user: newcomer } = must(
    await createUser(ports, act, newId('usr'), {
      login: 'tom',
      email: 'tom@example.com',
      firstName: 'Tom',
      secondName: 'Okafor',
      password,
    }),
  );
  must(await assign(ports, act, { resource: resource.id, user: newcomer.id }));
  return {
    account: account.id,
    resource: resource.id,
    apiKey: key.text,
    user: { id: user.id, login: user.login, password },
    token: {
      id: token.id,
      secret: base32Encode(secret),
      otpauthUri: otpauthUri({ issuer: 'Countersign demo', account: user.login, token, secret }),
    },
    newcomer: { login: newcomer.login },
  };
}

function must<T extends object>(outcome: T | Refusal): T {
  if (isRefusal(outcome)) throw new Error(`the demo could not be made: ${outcome.refused}`);
  return outcome;
}
