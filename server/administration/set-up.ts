import type { Account } from '../accounts/account.ts';
import { createAccount } from '../accounts/create-account.ts';
import { accountIndexes } from '../accounts/documents.ts';
import { type Administrator, NO_RECOVERY_CODES } from '../administrators/administrator.ts';
import {
  administratorDocument,
  administratorEmailDocument,
  administratorIndexes,
} from '../administrators/documents.ts';
import { idFromBytes } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret, secretMatches, secretOf } from '../kernel/secret-token.ts';
import { byCreation } from '../store/index-entries.ts';
import { transact } from '../store/transact.ts';
import { SETUP_LIFETIME_MS } from './administrator-link.ts';
import { hashAdministratorPassword, personalWords } from './administrator-password.ts';
import { setupLinkDocument } from './documents.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords'>;

/**
 * Issues the link that creates the first account and superuser of an installation (SR-42): random, single use, valid
 * for a day. Every process that asks within that day gets the same link, so that each printed one works. Undefined once
 * there is an account.
 */
export async function issueSetupLink(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'> & { issuer: string },
): Promise<{ link: string; expiresAt: number } | undefined> {
  if (await hasAccount(ports)) return undefined;
  const fresh = newSecret(ports);
  const key = setupLinkDocument.key();
  return transact(ports, key.anchor, [key], ([current], now) => {
    const secret = derivedSecret(ports, current?.value.madeWith ?? fresh);
    const link = `${ports.issuer}/setup#${secret}`;
    if (current && secretMatches(secret, current.value.secretHash)) {
      return { answer: { link, expiresAt: current.value.expiresAt } };
    }
    const expiresAt = now + SETUP_LIFETIME_MS;
    const value = { secretHash: hashSecret(secret), madeWith: fresh, expiresAt };
    return { answer: { link, expiresAt }, write: { put: [{ key, value, expiresAt }] } };
  });
}

/** Only processes of the installation can derive it, because the MAC key is sealed. */
function derivedSecret(ports: Pick<Ports, 'secrets'>, madeWith: string): string {
  return secretOf(ports.secrets.mac('setup-link', madeWith));
}

export interface FirstAccount {
  secret: string;
  accountName: string;
  email: string;
  name: string;
  language: MailLanguage;
  password: string;
}

/**
 * Uses the setup link up and creates the account with its superuser, in one commit. The link goes first: a crash in
 * between leaves an installation without an account, which issues another link on request.
 */
export async function setUpInstallation(
  ports: Needs,
  input: FirstAccount,
): Promise<Result<{ account: Account; administrator: Administrator }>> {
  if (!(await matchesSetupLink(ports, input.secret))) return refusal('LINK_INVALID');
  const hashed = await hashAdministratorPassword(
    ports,
    input.password,
    personalWords({ name: input.accountName }, input),
  );
  if (isRefusal(hashed)) return hashed;
  if (await hasAccount(ports)) return refusal('LINK_INVALID');
  const key = setupLinkDocument.key();
  const used = await transact<readonly [typeof key], boolean>(ports, key.anchor, [key], ([current]) =>
    current && secretMatches(input.secret, current.value.secretHash)
      ? { answer: true, write: { delete: [key] } }
      : { answer: false },
  );
  if (!used) return refusal('LINK_INVALID');

  const id = idFromBytes('adm', ports.random.bytes(7));
  let administrator: Administrator | undefined;
  const made = await createAccount(ports, { name: input.accountName }, (account, now) => {
    const act: RequestContext = { actor: { kind: 'operator', account: account.id } };
    administrator = {
      id,
      account: account.id,
      email: input.email,
      name: input.name,
      language: input.language,
      grants: [],
      role: 'administrator',
      state: 'active',
      passwordHash: hashed.passwordHash,
      recovery: NO_RECOVERY_CODES,
      sessionEpoch: 0,
      createdAt: now,
      createdBy: { kind: 'operator' },
    };
    return {
      account: { ...account, superuser: id },
      write: {
        put: [
          { key: administratorDocument.key(account.id, id), value: administrator },
          {
            key: administratorEmailDocument.key(account.id, normaliseName(input.email)),
            value: { administrator: id },
          },
        ],
        index: [{ index: administratorIndexes.created(account.id), add: byCreation(administrator) }],
        append: [createEvent(act, { type: 'administrator.created', subject: id, changed: ['superuser'] }, now)],
      },
    };
  });
  if (isRefusal(made)) return made;
  return administrator ? { account: made.account, administrator } : refusal('CONTENTION');
}

/** True if this is the secret of the setup link and there is no account yet. A check does not use the link up. */
export async function matchesSetupLink(ports: Pick<Ports, 'store' | 'clock'>, secret: string): Promise<boolean> {
  const [link] = await ports.store.getMany([setupLinkDocument.key()], ports.clock.now());
  return link !== undefined && secretMatches(secret, link.value.secretHash) && !(await hasAccount(ports));
}

export async function hasAccount(ports: Pick<Ports, 'store'>): Promise<boolean> {
  return (await ports.store.range(accountIndexes.created(), { limit: 1 })).length > 0;
}
