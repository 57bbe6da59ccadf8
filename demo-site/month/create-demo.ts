import type { ApiScope } from '@countersign/protocol/api-keys';
import { ENROLMENT_KINDS, TOKEN_KINDS } from '@countersign/protocol/tokens';
import { issueSetupLink, setUpInstallation } from '../../server/administration/set-up.ts';
import { createApiKey } from '../../server/api-keys/create-api-key.ts';
import type { AccountId } from '../../server/kernel/ids.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import type { RequestContext } from '../../server/kernel/request-context.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../server/kernel/time.ts';
import { assign } from '../../server/resources/assign.ts';
import { createResource } from '../../server/resources/create-resource.ts';
import { expectDemoStore } from '../../server/store/set-store-purpose.ts';
import { base32Encode } from '../../server/tokens/kinds/oath/base32.ts';
import { createOathToken } from '../../server/tokens/kinds/oath/create-oath-token.ts';
import { otpauthUri } from '../../server/tokens/kinds/oath/otpauth.ts';
import { createSentToken } from '../../server/tokens/kinds/sent/create-sent-token.ts';
import { createUser } from '../../server/user-management/create-user.ts';
import { enrolAtFirstSignIn } from './console-sign-in.ts';
import type { Demo } from './demo.ts';
import { appCode } from './devices.ts';
import { liveMonth } from './live-month.ts';
import { addMembers, type Member, type Sites } from './members.ts';
import { must, newId, newPassword, openPast, type Past } from './past.ts';
import type { Cast } from './story.ts';

const SUPERUSER = { email: 'robin@example.com', name: 'Robin Hale', language: 'en' } as const;
const YEAR_MS = 365 * DAY_MS;
const SCOPES: ApiScope[] = ['authenticate', 'read', 'write'];
/** How long before its first start the demo begins, in days. */
const PAST_DAYS = 30;

/**
 * An account with one of everything, and a month of activity: its superuser, a shop and a staff portal, a user who signs
 * in with password and code (from an app, or by text message), another without a token, ten others, and API keys.
 *
 * @throws WrongStorePurpose if the store is not a demo's (SR-42)
 */
export async function createDemo(ports: Ports & { issuer: string }, keptDays: number): Promise<Demo> {
  await expectDemoStore(ports);
  const now = ports.clock.now();
  const past = openPast(ports, now - (now % DAY_MS) - PAST_DAYS * DAY_MS + 8 * HOUR_MS);
  const { administrator, seed, account } = await addSuperuser(past);
  const sites = await addSites(past, account);
  const { user, token, secret } = await addPrintedUsers(past, sites);
  const { apiKey, keys } = await addKeys(past, sites);
  const members = await addMembers(past, sites);
  const maria: Member = { ...user, sites: ['shop'], token: token.id, code: (at) => appCode(secret, at) };
  const cast: Cast = {
    ...sites,
    administrator,
    administratorSeed: seed,
    keys,
    members: new Map([maria, ...members].map((member) => [member.login, member])),
  };
  await liveMonth(past, cast, { days: PAST_DAYS, keptDays }, now);
  return {
    account,
    resource: sites.resources.shop,
    apiKey,
    user: { id: user.id, login: user.login, password: user.password },
    token: {
      id: token.id,
      secret: base32Encode(secret),
      otpauthUri: otpauthUri({ issuer: 'Countersign demo', account: user.login, token, secret }),
    },
    administrator,
  };
}

/** The account with its superuser, by the setup link. */
async function addSuperuser(past: Past) {
  const issued = await issueSetupLink(past);
  const secret = new URL(issued?.link ?? '').hash.slice(1);
  const password = newPassword(past);
  const made = must(await setUpInstallation(past, { secret, accountName: 'Demo', password, ...SUPERUSER }));
  const { id: account } = made.account;
  const { id, email } = made.administrator;
  const { token, seed, otpauthUri } = await enrolAtFirstSignIn(past, { account, email, password });
  return { account, seed, administrator: { id, email, password, token, otpauthUri } };
}

async function addSites(past: Past, account: AccountId): Promise<Sites> {
  const act = operator(account);
  const usual = {
    enabled: true,
    failedAttemptsBeforeLock: 5,
    methodPolicy: 'auto',
    resultLifetimeMs: MINUTE_MS,
  } as const;
  const shop = must(
    await createResource(past, act, newId(past, 'res'), {
      ...usual,
      name: 'Juniper & Fern',
      selfService: { tokens: true, password: true, details: ['firstName', 'secondName', 'email'], browsers: true },
      allowedOrigins: [],
      allowLocalhost: true,
      passwordReset: true,
      // Passwords are reset by email here, so codes go to phones. The demo sends nothing.
      tokenKinds: TOKEN_KINDS.filter((kind) => kind !== 'email'),
      enrolment: { kinds: ENROLMENT_KINDS.filter((kind) => kind !== 'email'), required: true, unlockByMail: true },
    }),
  );
  const staff = must(
    await createResource(past, act, newId(past, 'res'), {
      ...usual,
      name: 'Staff portal',
      allowedOrigins: ['https://staff.juniper.example'],
      allowLocalhost: false,
    }),
  );
  return { account, resources: { shop: shop.resource.id, staff: staff.resource.id } };
}

async function addKeys(past: Past, { account, resources }: Sites) {
  const act = operator(account);
  const shop = must(await createApiKey(past, act, { name: 'Demo shop', scopes: SCOPES, lifetimeMs: YEAR_MS }));
  const limited = { scopes: ['authenticate' as const], resources: [resources.staff], lifetimeMs: YEAR_MS };
  const staff = must(await createApiKey(past, act, { name: 'Staff portal', ...limited }));
  return { apiKey: shop.text, keys: { shop: shop.key.id, staff: staff.key.id } };
}

/** The user whose login is printed, and the one with the same password and no token. */
async function addPrintedUsers(past: Past, { account, resources: { shop } }: Sites) {
  const act = operator(account);
  const password = newPassword(past);
  const maria = {
    login: 'maria',
    email: 'maria@example.com',
    firstName: 'Maria',
    secondName: 'Castillo',
    password,
  } as const;
  const { user } = must(await createUser(past, act, newId(past, 'usr'), maria));
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
  const number = { name: 'Maria’s number', kind: 'sms', to: '+15555550100', owner: user.id } as const;
  const texted = must(await createSentToken(past, act, newId(past, 'tok'), number));
  for (const { id } of [token, texted.token]) {
    must(await assign(past, act, { resource: shop, user: user.id, token: id }));
  }
  const tom = { login: 'tom', email: 'tom@example.com', firstName: 'Tom', secondName: 'Okafor', password };
  const { user: newcomer } = must(await createUser(past, act, newId(past, 'usr'), tom));
  must(await assign(past, act, { resource: shop, user: newcomer.id }));
  const { login, email } = maria;
  return { user: { id: user.id, login, email, password }, token, secret };
}

function operator(account: AccountId): RequestContext {
  return { actor: { kind: 'operator', account } };
}
