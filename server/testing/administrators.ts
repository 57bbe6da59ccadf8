import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { CSRF_HEADER } from '@countersign/protocol/session';
import { accountDocument } from '../accounts/documents.ts';
import { acceptInvitation } from '../administration/accept-link.ts';
import { type Invited, inviteAdministrator } from '../administration/invite-administrator.ts';
import {
  answerEmail,
  answerEnrolment,
  answerSignInOtp,
  answerSignInPassword,
} from '../administration/login/answer-sign-in.ts';
import { authenticateSession, writeSession } from '../administration/login/authenticate-session.ts';
import { newSession, type OpenedSession, putSession } from '../administration/login/open-session.ts';
import { presentSignIn } from '../administration/login/present-sign-in.ts';
import { startSignIn } from '../administration/login/start-sign-in.ts';
import { finishOwnPasskey, startOwnPasskey } from '../administration/passkeys/own-passkeys.ts';
import type { OwnContext } from '../administration/reauthenticate.ts';
import { csrfToken, type SessionFactor } from '../administration/session.ts';
import { type Administrator, actorOf, type Grant } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { GivenRole } from '../kernel/actor.ts';
import type { AccountId } from '../kernel/ids.ts';
import { newOperation } from '../store/transact.ts';
import { base32Decode } from '../tokens/kinds/oath/base32.ts';
import { operatorContext } from './as-operator.ts';
import { currentOtp } from './current-otp.ts';
import { birth, read, unwrap } from './fixtures.ts';
import { SoftwareAuthenticator } from './software-authenticator.ts';
import { ISSUER, type TestPorts } from './test-ports.ts';

export const ADMIN_PASSWORD = 'a password of an administrator';

export interface AdministratorSpec {
  email: string;
  grants?: Grant[];
  role?: GivenRole;
  superuser?: true;
}

/** An administrator's credentials, as they hold them. */
export interface FixtureAdministrator {
  account: AccountId;
  id: Administrator['id'];
  email: string;
  password: string;
  /** Of the token enrolled at the first sign-in. */
  secret: Uint8Array;
  recoveryCodes: string[];
  /** From the first sign-in. */
  opened: OpenedSession;
}

/** The link's secret and the code of an invitation, from its mails. */
export function mailedInvitation(ports: TestPorts, email: string): { link: string; code: string } {
  const { path } = ports.courier.last('administrator-invitation', email);
  return { link: path.slice(path.indexOf('#') + 1), code: ports.courier.last('confirmation-code', email).code };
}

export async function invite(ports: TestPorts, account: AccountId, spec: AdministratorSpec): Promise<Invited> {
  const { email, grants = [], role, superuser } = spec;
  const input = { email, name: 'Ada', language: 'en', grants, ...omitUndefined({ role, superuser }) } as const;
  return unwrap(await inviteAdministrator(ports, operatorContext(account), birth(ports, 'adm'), input));
}

/** Invited and accepted, but never signed in. */
export async function addActive(ports: TestPorts, account: AccountId, spec: AdministratorSpec): Promise<Administrator> {
  await invite(ports, account, spec);
  const { link, code } = mailedInvitation(ports, spec.email);
  const accepted = { link, code, password: ADMIN_PASSWORD, name: 'Ada' };
  return unwrap(await acceptInvitation(ports, {}, accepted)).administrator;
}

/** With a token, recovery codes and a session. */
export async function addAdministrator(
  ports: TestPorts,
  account: AccountId,
  spec: AdministratorSpec,
): Promise<FixtureAdministrator> {
  const { id } = await addActive(ports, account, spec);
  const { email } = spec;
  const enrolling = await toSecondFactor(ports, account, email);
  const shown = (await presentSignIn(ports, enrolling)).enrolment;
  const secret = base32Decode(shown?.secret ?? '') ?? new Uint8Array();
  const otp = codeOf(ports, secret);
  const done = unwrap(await answerEnrolment(ports, { handle: enrolling.handle, seq: 2, otp, client: {} }));
  if (!done.opened) throw new Error(`not signed in: ${done.flow.error?.code}`);
  const { opened, recoveryCodes = [] } = done;
  return { account, id, email, password: ADMIN_PASSWORD, secret, recoveryCodes, opened };
}

/** A sign-in after the right password. */
export async function toSecondFactor(ports: TestPorts, account: AccountId, email: string, password = ADMIN_PASSWORD) {
  const { handle } = unwrap(await startSignIn(ports, { account, client: {} }));
  unwrap(await answerEmail(ports, { handle, seq: 0, email, client: {} }));
  return { ...unwrap(await answerSignInPassword(ports, { handle, seq: 1, password, client: {} })), handle };
}

/** Signs in again with an unused code. */
export async function signIn(ports: TestPorts, who: FixtureAdministrator): Promise<OpenedSession> {
  ports.clock.advance(30_000);
  const { handle } = await toSecondFactor(ports, who.account, who.email, who.password);
  const otp = codeOf(ports, who.secret);
  const done = unwrap(await answerSignInOtp(ports, { handle, seq: 2, otp, client: {} }));
  if (!done.opened) throw new Error(`not signed in: ${done.flow.error?.code}`);
  return done.opened;
}

/** The current code of a device. */
export function codeOf(ports: TestPorts, secret: Uint8Array): string {
  const factor = { kind: 'totp', periodMs: 30_000, driftSteps: 0 } as const;
  return currentOtp({ factor, algorithm: 'SHA1', digits: 6, nextCounter: 0 }, secret, ports.clock.now());
}

/** Both factors, with an unused code. */
export function proofBy(ports: TestPorts, who: FixtureAdministrator): { password: string; otp: string } {
  ports.clock.advance(30_000);
  return { password: who.password, otp: codeOf(ports, who.secret) };
}

/** Adds a passkey in the first session, which goes on. */
export async function addPasskey(
  ports: TestPorts,
  who: FixtureAdministrator,
  device = new SoftwareAuthenticator(),
): Promise<SoftwareAuthenticator> {
  const context = selfServiceContext(who);
  const { creation } = unwrap(await startOwnPasskey(ports, context, proofBy(ports, who), 'Key'));
  const ceremony = { challenge: creation.challenge, rpId: creation.rp.id, origin: ISSUER };
  const made = device.create({ ...ceremony, userHandle: creation.user.id });
  unwrap(await finishOwnPasskey(ports, context, made));
  who.opened = { ...who.opened, ...unwrap(await authenticateSession(ports, writeSession(who.opened))) };
  return device;
}

/** Opens another session, as if they had signed in elsewhere a moment ago. */
export async function anotherSession(
  ports: TestPorts,
  who: Pick<FixtureAdministrator, 'account' | 'id'>,
  factor: SessionFactor = 'code',
) {
  const administrator = await read(ports, administratorDocument.key(who.account, who.id));
  const account = await read(ports, accountDocument.key(who.account));
  const made = newSession(ports, birth(ports, 'flw').id, administrator, factor);
  await ports.store.commit({
    anchor: made.session.id,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [],
    put: [putSession(made.session)],
  });
  return { ...made, administrator, account };
}

/** The headers of a browser with this session, from a page of ours. */
export function sessionHeaders(opened: Pick<OpenedSession, 'session' | 'secret'>): Record<string, string> {
  return { cookie: `__Host-countersign=${writeSession(opened)}`, [CSRF_HEADER]: csrfToken(opened.secret) };
}

/** The administrator's own context, in the first session or another one. */
export function selfServiceContext(who: FixtureAdministrator, opened: OpenedSession = who.opened): OwnContext {
  const { id, epoch } = opened.session;
  return { actor: actorOf(opened.account, opened.administrator), session: { id, epoch } };
}
