import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { hashNewPassword } from '../../../authentication/new-password.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { sendNotice } from '../../../messages/notify.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { userDocument } from '../../../users/documents.ts';
import { setMailedPassword } from '../../../users/mailbox.ts';
import { passwordResetDocument } from './documents.ts';
import { matchesResetLink, readReset } from './reset-link.ts';

type Needs = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords' | 'geo' | 'courier' | 'reportFault'
>;

/**
 * Sets a new password for the holder of the link. It signs no user in: the second factor, the filters and the waits
 * after wrong passwords stay (SR-40). Every sign-in that rests on the old password ends. A rejected password leaves the
 * link valid; an accepted one uses it up in the same commit.
 *
 * `deliver` notifies the user by mail; the caller runs it after the response.
 */
export async function resetPassword(
  ports: Needs,
  client: ClientInfo,
  { link, password, language }: { link: unknown; password: string; language: MailLanguage },
): Promise<Result<{ deliver: () => Promise<void> }>> {
  const opened = await readReset(ports, link, client.address);
  if (isRefusal(opened)) return opened;
  const { key: resetKey, user: known } = opened;
  const hashed = await hashNewPassword(ports, known, password);
  if (isRefusal(hashed)) return hashed;
  // The user may have got a resource that forbids the reset during the hash.
  const still = await readReset(ports, link, client.address);
  if (isRefusal(still)) return still;

  const keys = [userDocument.key(known.id), passwordResetDocument.key(known.id)] as const;
  const act: RequestContext = { actor: { kind: 'user', account: known.account, id: known.id }, ...client };
  const changed = await transact(
    ports,
    keys[0].anchor,
    keys,
    ([user, reset], now): Decision<Result<{ to?: string; resource?: ResourceId }>> => {
      // The link may have been used, replaced or made void meanwhile.
      if (!user || !reset || !matchesResetLink(resetKey, reset.value, user.value, now)) {
        return { answer: refusal('RESET_LINK_INVALID') };
      }
      const { resource } = reset.value;
      const event = {
        type: 'user.password-reset',
        subject: known.id,
        ...omitUndefined({ resource }),
      } as const;
      return {
        answer: omitUndefined({ to: reset.value.email, resource }),
        write: {
          put: [{ key: keys[0], value: setMailedPassword(user.value, hashed.passwordHash, reset.value) }],
          delete: [keys[1]],
          append: [createEvent(act, event, now)],
        },
      };
    },
  );
  if (isRefusal(changed)) return changed;
  const { to: email, resource } = changed;
  return {
    deliver: async () => {
      if (email === undefined) return;
      const [stored] = resource ? await ports.store.getMany([resourceDocument.key(resource)], ports.clock.now()) : [];
      const brand = stored && mailBrand(stored.value);
      await sendNotice(ports, { account: known.account, email, language, brand }, 'password', client);
    },
  };
}
