import { createApiKey } from '../../api-keys/create-api-key.ts';
import type { ApiScope } from '../../kernel/api-scope.ts';
import { crockford, type IdPrefix, idFromBytes } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { assign } from '../../resources/assign.ts';
import { createResource } from '../../resources/create-resource.ts';
import { ENROLMENT_KINDS } from '../../resources/enrolment-policy.ts';
import { base32Encode } from '../../tokens/kinds/oath/base32.ts';
import { createOathToken } from '../../tokens/kinds/oath/create-oath-token.ts';
import { otpauthUri } from '../../tokens/kinds/oath/otpauth.ts';
import { createSentToken } from '../../tokens/kinds/sent/create-sent-token.ts';
import { TOKEN_KINDS } from '../../tokens/token.ts';
import { createUser } from '../../user-management/create-user.ts';
import { addSuperuser } from './add-superuser.ts';
import type { Demo } from './demo.ts';
import { expectDemoStore } from './expect-demo-store.ts';
import { must, openPast, type Past } from './past.ts';

const YEAR_MS = 365 * DAY_MS;
const SCOPES: ApiScope[] = ['authenticate', 'read', 'write'];
/** How long before its first start the demo begins. */
const PAST_DAYS = 30;

/**
 * An account with one of everything: its superuser, a shop, a user who signs in with password and code (from an app, or
 * by text message), another without a token, and an API key for the shop.
 *
 * @throws WrongStorePurpose if the store is not a demo's (SR-42)
 */
export async function createDemo(ports: Ports & { issuer: string }): Promise<Demo> {
  await expectDemoStore(ports);
  const now = ports.clock.now();
  const past = openPast(ports, now - (now % DAY_MS) - PAST_DAYS * DAY_MS + 8 * HOUR_MS);
  const { account, administrator } = await addSuperuser(past, newPassword(past));
  const act: RequestContext = { actor: { kind: 'operator', account } };
  const { resource } = must(
    await createResource(past, act, newId(past, 'res'), {
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
  const key = must(await createApiKey(past, act, { name: 'Demo shop', scopes: SCOPES, lifetimeMs: YEAR_MS }));
  const password = newPassword(past);
  const { user } = must(
    await createUser(past, act, newId(past, 'usr'), {
      login: 'maria',
      email: 'maria@example.com',
      firstName: 'Maria',
      secondName: 'Castillo',
      password,
    }),
  );
  const { token, secret } = must(
    await createOathToken(past, act, newId(past, 'tok'), {
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
    await createSentToken(past, act, newId(past, 'tok'), {
      name: 'Maria’s number',
      kind: 'sms',
      to: '+15555550100',
      owner: user.id,
    }),
  );
  for (const { id } of [token, texted.token]) {
    must(await assign(past, act, { resource: resource.id, user: user.id, token: id }));
  }
  const { user: newcomer } = must(
    await createUser(past, act, newId(past, 'usr'), {
      login: 'tom',
      email: 'tom@example.com',
      firstName: 'Tom',
      secondName: 'Okafor',
      password,
    }),
  );
  must(await assign(past, act, { resource: resource.id, user: newcomer.id }));
  return {
    account,
    resource: resource.id,
    apiKey: key.text,
    user: { id: user.id, login: user.login, password },
    token: {
      id: token.id,
      secret: base32Encode(secret),
      otpauthUri: otpauthUri({ issuer: 'Countersign demo', account: user.login, token, secret }),
    },
    newcomer: { login: newcomer.login },
    administrator,
  };
}

function newId<P extends IdPrefix>({ random }: Past, prefix: P) {
  return { id: idFromBytes(prefix, random.bytes(7)) };
}

/** Random, and easy to type. */
function newPassword({ random }: Past): string {
  return crockford(random.bytes(10)).replace(/(.{4})(?=.)/g, '$1-');
}
