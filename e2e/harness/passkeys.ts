import type { CDPSession, Page } from '@playwright/test';
import type { Client, User } from '../../clients/typescript/src/index.ts';
import { type AccountId, idFromBytes, type TokenId, type UserId } from '../../server/kernel/ids.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { isRefusal } from '../../server/kernel/result.ts';
import { SoftwareAuthenticator } from '../../server/testing/software-authenticator.ts';
import { finishPasskeyRegistration } from '../../server/tokens/kinds/passkey/finish-passkey-registration.ts';
import { startPasskeyRegistration } from '../../server/tokens/kinds/passkey/start-passkey-registration.ts';
import { userDocument } from '../../server/users/documents.ts';
import { freshLogin, PASSWORD } from './people.ts';

/** A registered passkey that a browser can be given. */
export interface Passkey {
  token: TokenId;
  device: SoftwareAuthenticator;
}

export interface PasskeyOwner {
  user: User;
  login: string;
  passkeys: Passkey[];
}

/** A user with a password, for whom passkeys are registered. */
export async function makeOwner(client: Client): Promise<PasskeyOwner> {
  const login = freshLogin();
  return { user: await client.users.create({ login, password: PASSWORD }), login, passkeys: [] };
}

/** Registers it as a browser would on a page of the service. */
export async function registerPasskey(
  ports: Ports,
  issuer: string,
  owner: PasskeyOwner,
  device = new SoftwareAuthenticator(),
): Promise<void> {
  const maker = { account: await accountOf(ports, owner.user.id), id: owner.user.id as UserId };
  const started = await startPasskeyRegistration({ ...ports, issuer }, maker, issuer);
  if (isRefusal(started)) throw new Error(started.refused);
  const { options, pending } = started;
  const response = device.create({
    challenge: options.challenge,
    rpId: options.rp.id,
    origin: issuer,
    userHandle: options.user.id,
  });
  const id = idFromBytes('tok', ports.random.bytes(7));
  const made = await finishPasskeyRegistration(ports, maker, {}, pending, { id, nameOf: () => 'Key', response });
  if (isRefusal(made)) throw new Error(made.refused);
  owner.passkeys.push({ token: id, device });
}

export async function accountOf(ports: Ports, user: string): Promise<AccountId> {
  const [stored] = await ports.store.getMany([userDocument.key(user as UserId)], ports.clock.now());
  if (!stored) throw new Error('no such user');
  return stored.value.account;
}

/** Assigns the user to the resource with their passkeys. */
export async function assignPasskeys(client: Client, resource: string, { user, passkeys }: PasskeyOwner) {
  for (const { token } of passkeys) await client.assignments.create({ resource, user: user.id, token });
}

export interface BrowserAuthenticator {
  id: string;
  session: CDPSession;
}

let plugged = 0;

/** One device in several browsers: its counter never goes back, as that of a copy would. */
function nextSignCount(): number {
  plugged += 100;
  return plugged;
}

/** Attaches an authenticator with these passkeys to the browser of a page. */
export async function attachAuthenticator(
  page: Page,
  passkeys: readonly Passkey[],
  { verifies = true, discoverable = true } = {},
): Promise<BrowserAuthenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: verifies ? 'internal' : 'usb',
      hasResidentKey: discoverable,
      hasUserVerification: verifies,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  });
  for (const { device } of passkeys) {
    await session.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: {
        credentialId: Buffer.from(device.id, 'base64url').toString('base64'),
        isResidentCredential: discoverable,
        rpId: 'localhost',
        privateKey: device.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
        signCount: nextSignCount(),
        ...(discoverable && { userHandle: Buffer.from(device.userHandle ?? '', 'base64url').toString('base64') }),
      },
    });
  }
  return { id: authenticatorId, session };
}
