import type { AccountId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { HOUR_MS } from '../kernel/time.ts';
import { addressOf, notePressure } from '../proof-of-work/pressure.ts';
import { isWithinServerLimit } from '../tokens/kinds/sent/code-limits.ts';
import { CLIENT_SHARE, MAILED_CODES, MAILED_CODES_WINDOW_MS } from './mailed-code.ts';

interface Requested {
  account: AccountId;
  /** As typed. */
  name: string;
  /** The user of the name, or what stands for an unknown one. */
  user: string;
  client: ClientInfo;
  /** The network, if the user is known from there. */
  place: string | undefined;
}

/**
 * Counts a mailed code, or refuses it (SR-48). Codes of tokens count apart: they follow a first factor, and requests without
 * one must not use up their limits (SR-67). Requests from networks where the user signed in count apart from all others, so
 * that a flood from elsewhere does not keep the user out there (SR-49).
 *
 * A limit that shows depends on the typed name alone, known or unknown. That of the user, who may have several names, does
 * not show (SR-17).
 *
 * @returns `isBeyondUser`: no mail may be sent to the user, which the response must not show
 */
export async function countMailedCode(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets' | 'codes'>,
  { account, name, user, client, place }: Requested,
): Promise<Result<{ isBeyondUser: boolean }>> {
  const { limits } = ports.codes;
  const now = ports.clock.now();
  const tooMany = (resetAt: number) => refusal('CODE_LIMIT', { retryAfterMs: Math.max(1, resetAt - now) });
  const from = place === undefined ? 'elsewhere' : 'known';
  const hourly = (key: string, limit: number) =>
    ports.store.increment(`mailed-codes/${from}/${key}`, HOUR_MS, limit, now);
  const mac = ports.secrets.mac('mailed-code-name', JSON.stringify([account, normaliseName(name)]));
  const typed = Buffer.from(mac).toString('base64url');
  const few = (key: string) =>
    ports.store.increment(`mailed-codes/${place ?? from}/${key}`, MAILED_CODES_WINDOW_MS, MAILED_CODES, now);

  // Before the name, so that a client that is refused uses up no codes of others.
  const perClient = Math.max(1, Math.floor(limits.perAccountAndHour / CLIENT_SHARE));
  const ofClient = await hourly(`client/${account}/${addressOf(client)}`, perClient);
  if (!ofClient.allowed) return tooMany(ofClient.resetAt);
  const ofName = await few(`name/${typed}`);
  if (!ofName.allowed) return tooMany(ofName.resetAt);
  const ofAccount = await hourly(`account/${account}`, limits.perAccountAndHour);
  notePressure(ports, `codes/${account}`, (2 * ofAccount.count) / limits.perAccountAndHour, now);
  if (!ofAccount.allowed) return tooMany(ofAccount.resetAt);
  const ofServer = await hourly('all', limits.perHour);
  notePressure(ports, 'codes/all', (2 * ofServer.count) / limits.perHour, now);
  if (!isWithinServerLimit(limits, { ofAccount: ofAccount.count, ofServer: ofServer.count }))
    return tooMany(ofServer.resetAt);
  return { isBeyondUser: !(await few(`user/${user}`)).allowed };
}
