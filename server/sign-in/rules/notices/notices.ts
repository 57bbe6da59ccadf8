import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { environmentOf } from '../../../browsers/device-fingerprint/browser-signals.ts';
import { networkKey } from '../../../kernel/addresses.ts';
import type { AdministratorId, UserId } from '../../../kernel/ids.ts';
import { mailBrand, mailLanguage } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { hashSecret, newSecret } from '../../../kernel/secret-token.ts';
import { writeUserLink } from '../../../messages/user-link.ts';
import type { Resource } from '../../../resources/resource.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { userDocument } from '../../../users/documents.ts';
import type { Rule } from '../../rule.ts';
import { knownSignInsDocument } from './documents.ts';
import {
  addLink,
  knownSignInsExpireAt,
  NOTICE_LINK_LIFETIME_MS,
  recordSignIn,
  type SeenSignIn,
} from './known-sign-ins.ts';

export const notices: Rule = {
  name: 'notices',
  does: 'A sign-in from a new browser or network is told to the user by mail.',
  async afterResult(ports, { act, passed, resource }) {
    await notifySignIn(ports, act, passed.user.id, resource);
  },
};

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'courier' | 'reportFault'>;

/**
 * After a completed sign-in on a resource that asks for it: remembers network and browser, and mails the user if one of
 * them is new. It runs only after every factor has been verified, so a guesser learns nothing from it (SR-17). The mail
 * is sent beside the response.
 */
export async function notifySignIn(
  ports: Needs,
  act: RequestContext,
  id: UserId,
  resource: Pick<Resource, 'id' | 'name' | 'signInNotices' | 'appearance' | 'links' | 'texts'>,
): Promise<void> {
  if (!resource.signInNotices) return;
  const { address, language: accepted } = act;
  const { account } = act.actor;
  const seen = seenSignIn(ports, id, act);
  const secret = newSecret(ports);
  const keys = [userDocument.key(id), knownSignInsDocument.key(id)] as const;
  type Sending = { email: string; login: string; at: number } | undefined;
  const sending = await transact<typeof keys, Sending>(
    ports,
    keys[0].anchor,
    keys,
    ([owner, stored], now): Decision<Sending> => {
      if (owner?.value.account !== account) return { answer: undefined };
      const { email, login, signInsCompared = false } = owner.value;
      const next = recordSignIn(stored?.value, signInsCompared, { account, user: id }, seen, now);
      if (!next) return { answer: undefined };
      const link = { secretHash: hashSecret(secret), resource: resource.id, expiresAt: now + NOTICE_LINK_LIFETIME_MS };
      const canMail = next.isNew && email !== undefined && !ports.courier.isAbsent;
      const linked = canMail ? addLink(next.known, link, now) : undefined;
      const event = createEvent(act, { type: 'user.new-sign-in', subject: id, resource: resource.id }, now);
      const value = linked ?? next.known;
      const expiresAt = knownSignInsExpireAt(value);
      const marked = signInsCompared
        ? []
        : [{ key: keys[0], value: { ...owner.value, signInsCompared: true as const } }];
      return {
        answer: linked && email !== undefined ? { email, login, at: now } : undefined,
        write: { put: [...marked, { key: keys[1], value, expiresAt }], append: next.isNew ? [event] : [] },
      };
    },
  );
  if (!sending) return;
  const { email: to, login, at } = sending;
  const language = mailLanguage(resource.appearance?.locale ?? accepted);
  const path = `/not-me?lang=${language}&resource=${resource.id}#${writeUserLink({ user: id, secret })}`;
  const facts = {
    login,
    site: resource.name,
    at,
    ...omitUndefined({ address }),
    path,
    lifetimeMs: NOTICE_LINK_LIFETIME_MS,
  };
  const brand = mailBrand(resource);
  void ports.courier
    .send({ kind: 'new-sign-in', to, language, facts, brand })
    .catch((error: unknown) => ports.reportFault('a notice', error));
}

/** Where a sign-in comes from. The MACs are the owner's own: the store shows no addresses, and nothing in common. */
export function seenSignIn(
  { secrets }: Pick<Ports, 'secrets'>,
  owner: UserId | AdministratorId,
  { address, userAgent }: ClientInfo,
): SeenSignIn {
  const macOf = (what: string, value: string) =>
    Buffer.from(secrets.mac('known-sign-in', JSON.stringify([owner, what, value])).subarray(0, 16)).toString(
      'base64url',
    );
  return {
    network: address === undefined ? undefined : macOf('network', networkKey(address)),
    browser: userAgent === undefined ? undefined : macOf('browser', JSON.stringify(environmentOf({ userAgent }))),
  };
}
