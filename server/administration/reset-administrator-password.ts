import { accountDocument } from '../accounts/documents.ts';
import type { Administrator } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { secretMatches } from '../kernel/secret-token.ts';
import { notify } from '../messages/notify.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { transact } from '../store/transact.ts';
import { actOf, type OpenedLink } from './accept-link.ts';
import { type AdministratorReset, type LinkText, parseLink } from './administrator-link.ts';
import { hashAdministratorPassword, personalWords } from './administrator-password.ts';
import { isAdministratorResetValid } from './administrator-reset.ts';
import { administratorResetDocument } from './documents.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords' | 'courier' | 'reportFault'>;

/**
 * Sets a new password for the holder of the mailed link. It opens no session and deactivates no token: the code, the
 * recovery codes and the waits after wrong passwords stay (SR-40). Every session ends, and so does every sign-in that
 * rests on the old password. A rejected password leaves the link valid.
 */
export async function resetAdministratorPassword(
  ports: Needs,
  client: ClientInfo,
  input: { link: string; password: string },
): Promise<Result<{ administrator: Administrator }>> {
  const opened = await openReset(ports, input.link);
  if (isRefusal(opened)) return opened;
  const hashed = await hashAdministratorPassword(ports, input.password, opened.personal);
  if (isRefusal(hashed)) return hashed;
  const keys = keysOf(opened);
  const changed = await transact<typeof keys, Result<{ administrator: Administrator }>>(
    ports,
    opened.account,
    keys,
    ([home, stored, reset], now) => {
      // The link may have been used, replaced or made void during the hash.
      if (!home || !stored || !opens(opened, reset?.value, stored.value, now)) {
        return { answer: refusal('LINK_INVALID') };
      }
      const administrator: Administrator = {
        ...stored.value,
        passwordHash: hashed.passwordHash,
        sessionEpoch: stored.value.sessionEpoch + 1,
      };
      const event: EventDraft = { type: 'administrator.password-reset', subject: administrator.id };
      return {
        answer: { administrator },
        write: {
          put: [{ key: keys[1], value: administrator }],
          delete: [keys[2]],
          append: [createEvent(actOf(opened, client), event, now)],
        },
      };
    },
  );
  if (!isRefusal(changed)) notify(ports, changed.administrator, 'password', client);
  return changed;
}

/** A check does not use the link up, because mail programs open links first. */
export async function openReset(ports: Pick<Ports, 'store' | 'clock'>, text: string): Promise<Result<OpenedLink>> {
  const parsed = parseLink(text);
  if (!parsed) return refusal('LINK_INVALID');
  const now = ports.clock.now();
  const [home, stored, reset] = await ports.store.getMany(keysOf(parsed), now);
  if (!home || !stored || !opens(parsed, reset?.value, stored.value, now)) return refusal('LINK_INVALID');
  return { ...parsed, name: stored.value.name, personal: personalWords(home.value, stored.value) };
}

function keysOf({ account, administrator }: LinkText) {
  return [
    accountDocument.key(account),
    administratorDocument.key(account, administrator),
    administratorResetDocument.key(account, administrator),
  ] as const;
}

function opens(
  { secret }: LinkText,
  reset: AdministratorReset | undefined,
  whose: Administrator,
  now: number,
): boolean {
  if (!reset || !secretMatches(secret, reset.secretHash)) return false;
  return isAdministratorResetValid(reset, whose, passwordDigest(whose), now);
}
