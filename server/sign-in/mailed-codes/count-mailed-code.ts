import type { AccountId } from '../../kernel/ids.ts';
import { normaliseName } from '../../kernel/names.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { type Refusal, refusal } from '../../kernel/result.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { isWithinMailRate } from '../../messages/mail-rate.ts';
import { addressOf, notePressure } from '../../proof-of-work/pressure.ts';
import { CLIENT_SHARE, isWithinBudget, MAILED_CODES, MAILED_CODES_WINDOW_MS, shareOfWindow } from './mailed-code.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>;

interface Requested {
  account: AccountId;
  /** As typed. */
  name: string;
  client: ClientInfo;
  /** The network, if the user is known from there. */
  place: string | undefined;
}

/**
 * Counts a request for a mailed code, or refuses it (SR-48). It depends on the client and on the typed name alone, known
 * or unknown, so it may show (SR-17). Codes of tokens count apart: they follow a first factor, and requests without one
 * must not use up their limits (SR-67). Requests from networks where the user signed in count apart from all others, so
 * that a flood from elsewhere does not keep the user out there (SR-49).
 */
export async function countMailedRequest(
  ports: Needs,
  { account, name, client, place }: Requested,
): Promise<Refusal | undefined> {
  const now = ports.clock.now();
  const share = shareOfWindow(ports.codes.limits);
  const count = counterAt(ports, now);
  const tooMany = (resetAt: number) => refusal('CODE_LIMIT', { retryAfterMs: Math.max(1, resetAt - now) });
  const from = place === undefined ? 'elsewhere' : 'known';

  // Before the name, so that a client that is refused uses up no codes of others.
  const perClient = Math.max(1, Math.floor(share.ofAccount / CLIENT_SHARE));
  const ofClient = await count(`${from}/client/${account}/${addressOf(client)}`, perClient);
  if (!ofClient.allowed) return tooMany(ofClient.resetAt);
  const ofName = await countFor(ports, now, `${place ?? from}/name/${macOf(ports, [account, normaliseName(name)])}`);
  if (!ofName.allowed) return tooMany(ofName.resetAt);

  // Of the requests and not of the mails: whether work is asked for shows, and must not tell which names get mail.
  const [ofAccount, ofServer] = await Promise.all([count(`requests/${account}`), count('requests/all')]);
  notePressure(ports, `codes/${account}`, (2 * ofAccount.count) / share.ofAccount, now);
  notePressure(ports, 'codes/all', (2 * ofServer.count) / share.ofServer, now);
  return undefined;
}

/**
 * Charges a code that is about to be mailed to the mailbox, the account and the server. Whether it is within their limits
 * must not show, so a request without a recipient counts as often, in counters that limit nothing: made-up names use up no
 * codes of users (SR-77).
 *
 * @param address of the recipient; undefined: there is none
 * @returns whether the mail may be sent
 */
export async function chargeMailedCode(
  ports: Needs,
  { account, place }: Pick<Requested, 'account' | 'place'>,
  address: string | undefined,
): Promise<boolean> {
  const now = ports.clock.now();
  const share = shareOfWindow(ports.codes.limits);
  const count = counterAt(ports, now);
  const from = place === undefined ? 'elsewhere' : 'known';
  const target = (isCharged: boolean, key: string) => (isCharged ? key : `unknown/${account}`);
  const [first = 0, second = 0] = ports.random.bytes(2);

  const isKnown = address !== undefined;
  const mailbox = macOf(ports, [account, 'mailbox', normaliseName(address ?? '')]);
  const ofMailbox = await countFor(ports, now, target(isKnown, `${place ?? from}/mailbox/${mailbox}`));
  const isWithinMailbox = isKnown && ofMailbox.allowed;
  const ofAccount = await count(target(isWithinMailbox, `${from}/account/${account}`));
  const isWithinAccount = isWithinMailbox && isWithinBudget(ofAccount.count, share.ofAccount, first);
  // Only then, so that a refusal to one account does not count for all.
  const ofServer = await count(target(isWithinAccount, `${from}/all`));
  const isReserved = ofAccount.count <= share.reserved;
  return isWithinAccount && (isReserved || isWithinBudget(ofServer.count, share.ofServer, second));
}

/** Counts a code for one name or mailbox. It makes as many counts within the limits as beyond them. */
async function countFor(ports: Needs, now: number, key: string): Promise<{ allowed: boolean; resetAt: number }> {
  const inWindow = await counterAt(ports, now)(key);
  const inDay = await ports.store.increment(`mailed-codes/${key}`, DAY_MS, Number.MAX_SAFE_INTEGER, now);
  const allowed = isWithinMailRate({ inWindow: inWindow.count, inDay: inDay.count }, MAILED_CODES);
  return { allowed, resetAt: inWindow.resetAt };
}

function counterAt({ store }: Pick<Ports, 'store'>, now: number) {
  return (key: string, limit = Number.MAX_SAFE_INTEGER) =>
    store.increment(`mailed-codes/${key}`, MAILED_CODES_WINDOW_MS, limit, now);
}

function macOf({ secrets }: Pick<Ports, 'secrets'>, parts: readonly string[]): string {
  return Buffer.from(secrets.mac('mailed-code-name', JSON.stringify(parts))).toString('base64url');
}
