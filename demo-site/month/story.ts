import { acceptInvitation } from '../../server/administration/accept-link.ts';
import { inviteAdministrator } from '../../server/administration/invite-administrator.ts';
import { rotateApiKey } from '../../server/api-keys/change-api-key.ts';
import { createApiKey } from '../../server/api-keys/create-api-key.ts';
import type { ApiKeyId } from '../../server/kernel/ids.ts';
import type { RequestContext } from '../../server/kernel/request-context.ts';
import { DAY_MS, MINUTE_MS } from '../../server/kernel/time.ts';
import { createFilter } from '../../server/resources/filters/create-filter.ts';
import { updateResource } from '../../server/resources/update-resource.ts';
import { requestPasswordReset } from '../../server/sign-in/recovery/password-reset/request-password-reset.ts';
import { resetPassword } from '../../server/sign-in/recovery/password-reset/reset-password.ts';
import { requestUnlock } from '../../server/sign-in/recovery/unlock/request-unlock.ts';
import { unlockOwnTokens } from '../../server/sign-in/recovery/unlock/unlock-own-tokens.ts';
import { updateToken } from '../../server/tokens/update-token.ts';
import { updateUser } from '../../server/user-management/update-user.ts';
import { createWebhook } from '../../server/webhooks/create-webhook.ts';
import { enrolAtFirstSignIn, signInToConsole } from './console-sign-in.ts';
import type { Demo } from './demo.ts';
import { appCode } from './devices.ts';
import type { Member, Name, Sites } from './members.ts';
import { lastMail, must, newId, newPassword, type Past } from './past.ts';
import type { Site } from './plan-month.ts';
import { clientOf, OFFICE_RANGE, signInByWidget, wrong } from './sign-in.ts';

/** Who acts in the month, and on what. */
export interface Cast extends Sites {
  administrator: NonNullable<Demo['administrator']>;
  administratorSeed: Uint8Array;
  members: ReadonlyMap<Name, Member>;
  keys: Readonly<Record<Site, ApiKeyId>>;
}

type Act = (past: Past, cast: Cast) => Promise<unknown>;

const ROBIN = {
  address: '198.51.100.4',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};
const RETRIES = 6;

/** What happens besides sign-ins, by the number of days before today; in this order, from early in the morning. */
export const STORY: ReadonlyMap<number, readonly Act[]> = new Map<number, readonly Act[]>([
  [29, [administratorSignsIn, restrictToOffice, inviteColleague]],
  [27, [createCustomerWebhook]],
  [22, [createReportingKey]],
  [21, [administratorMistypes, administratorSignsIn, createWorkingHours]],
  [18, [rosaLocksHerToken, rosaUnlocksIt]],
  [15, [inesForgetsHerPassword]],
  [12, [administratorSignsIn, zoeLosesHerPhone]],
  [8, [administratorSignsIn, rotateStaffKey]],
  [4, [administratorSignsIn, blockYuki, renameAmara]],
  [3, [zoeFindsHerPhone]],
  [2, [kofiLocksHisToken]],
  [1, [administratorSignsIn, invitePending]],
]);

function byRobin({ account, administrator: { id } }: Cast): RequestContext {
  return { actor: { kind: 'administrator', account, id, role: 'superuser', resources: [] }, ...ROBIN };
}

function memberOf({ members }: Cast, name: Name): Member {
  const member = members.get(name);
  if (!member) throw new Error(`the demo could not be made: it has no ${name}`);
  return member;
}

async function administratorSignsIn(past: Past, { account, administrator, administratorSeed }: Cast) {
  const otp = appCode(administratorSeed, past.clock.now());
  await signInToConsole(past, { account, ...administrator }, otp, ROBIN);
}

async function administratorMistypes(past: Past, { account, administrator, administratorSeed }: Cast) {
  const otp = wrong(appCode(administratorSeed, past.clock.now()));
  await signInToConsole(past, { account, ...administrator }, otp, ROBIN);
}

async function restrictToOffice(past: Past, cast: Cast) {
  const rule = { kind: 'ip', mode: 'allow', ranges: [OFFICE_RANGE] } as const;
  const named = { name: 'Office network', rule: { ...rule, ranges: [...rule.ranges] } };
  const { filter } = must(await createFilter(past, byRobin(cast), newId(past, 'flt'), named));
  must(await updateResource(past, byRobin(cast), cast.resources.staff, { ipFilter: filter.id }));
}

async function createWorkingHours(past: Past, cast: Cast) {
  const days = (['mon', 'tue', 'wed', 'thu', 'fri'] as const).map((day) => day);
  const windows = [{ days, fromMinute: 6 * 60, toMinute: 20 * 60 }];
  const rule = { kind: 'time', zone: 'Europe/Vienna', windows } as const;
  const named = { name: 'Working hours', rule: { ...rule, windows } };
  must(await createFilter(past, byRobin(cast), newId(past, 'flt'), named));
}

async function inviteColleague(past: Past, cast: Cast) {
  const { account } = cast;
  const invited = { email: 'noor@example.com', name: 'Noor Haddad', language: 'en' } as const;
  const grants = [{ resource: cast.resources.staff, allowed: true }];
  must(await inviteAdministrator(past, byRobin(cast), newId(past, 'adm'), { ...invited, grants }));
  const link = lastMail(past, 'administrator-invitation', invited.email).path.split('#')[1] ?? '';
  const { code } = lastMail(past, 'confirmation-code', invited.email);
  const password = newPassword(past);
  past.clock.at += 10 * MINUTE_MS;
  must(await acceptInvitation(past, clientOf(0, true), { link, code, password, name: invited.name }));
  await enrolAtFirstSignIn(past, { account, email: invited.email, password });
}

/** It has not been accepted yet. */
async function invitePending(past: Past, cast: Cast) {
  const invited = { email: 'sam@example.com', name: 'Sam Adeyemi', language: 'en' } as const;
  const grants = [{ resource: cast.resources.shop, allowed: false }];
  must(await inviteAdministrator(past, byRobin(cast), newId(past, 'adm'), { ...invited, grants }));
}

/** The demo itself plays the receivers: see `demo-webhook-sender.ts`. */
async function createCustomerWebhook(past: Past, cast: Cast) {
  const events = ['user.created', 'user.updated', 'user.password-reset', 'token.created', 'token.updated'] as const;
  const webhook = {
    url: 'https://hooks.juniper.example/countersign',
    description: 'Customer database',
    events: [...events],
    enabled: true,
  };
  must(await createWebhook(past, byRobin(cast), newId(past, 'whk'), webhook));
}

async function createReportingKey(past: Past, cast: Cast) {
  const scopes = ['read'] as const;
  const lifetimeMs = 300 * DAY_MS;
  must(await createApiKey(past, byRobin(cast), { name: 'Old reports', scopes: [...scopes], lifetimeMs }));
}

async function rotateStaffKey(past: Past, cast: Cast) {
  must(await rotateApiKey(past, byRobin(cast), cast.keys.staff, DAY_MS));
}

async function rosaLocksHerToken(past: Past, cast: Cast) {
  await typeWrongCodes(past, cast, 'rosa');
}

async function kofiLocksHisToken(past: Past, cast: Cast) {
  await typeWrongCodes(past, cast, 'kofi');
}

/** Until the token is locked. */
async function typeWrongCodes(past: Past, cast: Cast, name: Name) {
  for (let tries = 0; tries < RETRIES; tries++) {
    const { login, password, code } = memberOf(cast, name);
    const otp = wrong(code?.(past.clock.now()) ?? '');
    await signInByWidget(past, { resource: cast.resources.shop, login, password, otp, who: name.length });
    past.clock.at += MINUTE_MS;
  }
}

async function rosaUnlocksIt(past: Past, cast: Cast) {
  const { login, password, code, email } = memberOf(cast, 'rosa');
  const otp = code?.(past.clock.now()) ?? '';
  const typed = { resource: cast.resources.shop, login, password, otp, who: login.length };
  const { view, handle } = await signInByWidget(past, typed);
  const client = clientOf(login.length, false);
  must(await requestUnlock(past, { handle, seq: view.seq, client, language: 'en' }));
  const link = lastMail(past, 'unlock-link', email).path.split('#')[1];
  must(await unlockOwnTokens(past, client, { link, language: 'en' }));
}

async function inesForgetsHerPassword(past: Past, cast: Cast) {
  const ines = memberOf(cast, 'ines');
  const client = clientOf(ines.login.length, false);
  const asked = { resource: cast.resources.shop, name: ines.login, language: 'en' };
  await must(await requestPasswordReset(past, client, asked)).deliver();
  const link = lastMail(past, 'password-reset', ines.email).path.split('#')[1];
  past.clock.at += 5 * MINUTE_MS;
  const password = newPassword(past);
  await must(await resetPassword(past, client, { link, password, language: 'en' })).deliver();
  ines.password = password;
}

async function zoeLosesHerPhone(past: Past, cast: Cast) {
  must(await updateToken(past, byRobin(cast), memberOf(cast, 'zoe').token, { enabled: false }));
}

async function zoeFindsHerPhone(past: Past, cast: Cast) {
  must(await updateToken(past, byRobin(cast), memberOf(cast, 'zoe').token, { enabled: true }));
}

async function blockYuki(past: Past, cast: Cast) {
  must(await updateUser(past, byRobin(cast), memberOf(cast, 'yuki').id, { blocked: true }));
}

async function renameAmara(past: Past, cast: Cast) {
  must(await updateUser(past, byRobin(cast), memberOf(cast, 'amara').id, { phone: '+15555550123' }));
}
