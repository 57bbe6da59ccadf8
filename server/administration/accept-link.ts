import { accountDocument } from '../accounts/documents.ts';
import { type Administrator, type AdministratorActor, NO_RECOVERY_CODES } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Stored } from '../kernel/ports/store.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { secretMatches } from '../kernel/secret-token.ts';
import { countWrongConfirmation } from '../messages/confirmation.ts';
import { notify } from '../messages/notify.ts';
import { transact } from '../store/transact.ts';
import { type AdministratorLink, type LinkText, parseLink } from './administrator-link.ts';
import { hashAdministratorPassword, personalWords } from './administrator-password.ts';
import { matchesConfirmation } from './codes.ts';
import { administratorLinkDocument } from './documents.ts';
import { dropToken } from './enrol-token.ts';

type Needs = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'breachedPasswords' | 'courier' | 'reportFault'
>;

/**
 * Accepts an invitation. The administrator can sign in from now on and enrols a token at the first sign-in. The guesses
 * at the code are bounded.
 */
export async function acceptInvitation(
  ports: Needs,
  client: ClientInfo,
  input: { link: string; code: string; password: string; name: string },
): Promise<Result<{ administrator: Administrator }>> {
  const opened = await openLink(ports, input.link, 'invitation');
  if (isRefusal(opened)) return opened;
  const hashed = await hashAdministratorPassword(ports, input.password, [input.name, ...opened.personal]);
  if (isRefusal(hashed)) return hashed;
  const { account, administrator: id } = opened;
  const act = actOf(opened, client);
  const keys = keysOf(opened);
  return transact<typeof keys, Result<{ administrator: Administrator }>>(
    ports,
    account,
    keys,
    ([home, stored, link], now) => {
      if (!home || stored?.value.state !== 'invited' || !matchesLink(link, opened, 'invitation')) {
        return { answer: refusal('LINK_INVALID') };
      }
      const { confirmation, superuser } = link.value;
      if (!confirmation || !matchesConfirmation(ports, confirmation, id, input.code)) {
        const left = confirmation && countWrongConfirmation(confirmation);
        const event: EventDraft = {
          type: 'administrator.refused',
          subject: id,
          outcome: 'refused',
          reason: 'CONFIRMATION_WRONG',
        };
        const append = [createEvent(act, event, now)];
        return {
          answer: refusal('CONFIRMATION_WRONG'),
          write: left
            ? {
                put: [{ key: keys[2], value: { ...link.value, confirmation: left }, expiresAt: link.value.expiresAt }],
                append,
              }
            : { delete: [keys[2]], append },
        };
      }
      // Another administrator became superuser meanwhile. An account has one.
      if (superuser && home.value.superuser !== undefined) return { answer: refusal('LINK_INVALID') };
      const administrator: Administrator = {
        ...stored.value,
        name: input.name,
        state: 'active',
        passwordHash: hashed.passwordHash,
      };
      const event: EventDraft = {
        type: 'administrator.joined',
        subject: id,
        ...(superuser && { changed: ['superuser'] }),
      };
      return {
        answer: { administrator },
        write: {
          put: [
            { key: keys[1], value: administrator },
            ...(superuser ? [{ key: keys[0], value: { ...home.value, superuser: id } }] : []),
          ],
          delete: [keys[2]],
          append: [createEvent(act, event, now)],
        },
      };
    },
  );
}

/**
 * Accepts the recovery link of the operator: sets a new password, and the next sign-in enrols a new token. The old
 * factors and every session are void from this commit on.
 */
export async function acceptRecovery(
  ports: Needs,
  client: ClientInfo,
  input: { link: string; password: string },
): Promise<Result<{ administrator: Administrator }>> {
  const opened = await openLink(ports, input.link, 'recovery');
  if (isRefusal(opened)) return opened;
  const hashed = await hashAdministratorPassword(ports, input.password, opened.personal);
  if (isRefusal(hashed)) return hashed;
  const keys = keysOf(opened);
  const act = actOf(opened, client);
  type Recovered = { administrator: Administrator; gone: TokenId | undefined };
  const recovered = await transact<typeof keys, Result<Recovered>>(
    ports,
    opened.account,
    keys,
    ([home, stored, link], now) => {
      if (!home || stored?.value.state !== 'active' || !matchesLink(link, opened, 'recovery')) {
        return { answer: refusal('LINK_INVALID') };
      }
      const { token: gone, passkeys, ...rest } = stored.value;
      const administrator: Administrator = {
        ...rest,
        passwordHash: hashed.passwordHash,
        recovery: NO_RECOVERY_CODES,
        sessionEpoch: rest.sessionEpoch + 1,
      };
      const event: EventDraft = {
        type: 'administrator.updated',
        subject: rest.id,
        changed: [...(passkeys ? ['passkeys'] : []), 'passwordHash', 'recovery', 'token'],
      };
      return {
        answer: { administrator, gone },
        write: {
          put: [{ key: keys[1], value: administrator }],
          delete: [keys[2]],
          append: [createEvent(act, event, now)],
        },
      };
    },
  );
  if (isRefusal(recovered)) return recovered;
  const { administrator, gone } = recovered;
  if (gone !== undefined) await dropToken(ports, act, gone, administrator.id);
  notify(ports, administrator, 'password', client);
  return { administrator };
}

/** A valid link, its administrator, and the words that the new password may not contain. */
export interface OpenedLink extends LinkText {
  name: string;
  personal: readonly string[];
}

const EXPECTED_STATE = { invitation: 'invited', recovery: 'active' } as const;

/** Checked before any costly work. A check does not use the link up. */
export async function openLink(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
  kind: AdministratorLink['kind'],
): Promise<Result<OpenedLink>> {
  const parsed = parseLink(text);
  if (!parsed) return refusal('LINK_INVALID');
  const [home, stored, link] = await ports.store.getMany(keysOf(parsed), ports.clock.now());
  if (!home || stored?.value.state !== EXPECTED_STATE[kind] || !matchesLink(link, parsed, kind)) {
    return refusal('LINK_INVALID');
  }
  if (link.value.superuser && home.value.superuser !== undefined) return refusal('LINK_INVALID');
  return { ...parsed, name: stored.value.name, personal: personalWords(home.value, stored.value) };
}

function keysOf({ account, administrator }: LinkText) {
  return [
    accountDocument.key(account),
    administratorDocument.key(account, administrator),
    administratorLinkDocument.key(account, administrator),
  ] as const;
}

function matchesLink(
  link: Stored<AdministratorLink> | undefined,
  { secret }: LinkText,
  kind: AdministratorLink['kind'],
): link is Stored<AdministratorLink> {
  return link?.value.kind === kind && secretMatches(secret, link.value.secretHash);
}

/** Acts as the administrator of the link, without any rights yet. */
export function actOf({ account, administrator: id }: LinkText, client: ClientInfo): RequestContext {
  const actor: AdministratorActor = { kind: 'administrator', account, id, role: 'administrator', resources: [] };
  return { actor, ...client };
}
