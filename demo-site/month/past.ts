import { crockford, type IdPrefix, idFromBytes } from '../../server/kernel/ids.ts';
import type { Mail, MailFacts, MailKind } from '../../server/kernel/mail.ts';
import type { Clock } from '../../server/kernel/ports/clock.ts';
import type { PasswordHasher } from '../../server/kernel/ports/password-hasher.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { isRefusal, type Refusal } from '../../server/kernel/result.ts';

/** The service at earlier times, for what happened in the demo before it first started. */
export interface Past extends Ports {
  clock: PastClock;
  issuer: string;
  /** Its mails, which are not sent. */
  mails: Mail[];
}

/** Stands still until it is set. */
export interface PastClock extends Clock {
  at: number;
}

/** The ports of the service, at that time: the store is the real one. */
export function openPast(ports: Ports & { issuer: string }, at: number): Past {
  const clock: PastClock = { at, now: () => clock.at };
  const mails: Mail[] = [];
  const courier = { send: async (mail: Mail) => void mails.push(mail) };
  return { ...ports, clock, courier, mails, hasher: rememberingHasher(ports.hasher) };
}

/** The same past at its own time, so that several things can happen side by side. */
export function openMoment(past: Past, at: number): Past {
  const clock: PastClock = { at, now: () => clock.at };
  return { ...past, clock };
}

/** The facts of the last mail of this kind to this address. */
export function lastMail<K extends MailKind>({ mails }: Past, kind: K, to: string): MailFacts[K] {
  const mail = mails.findLast((one) => one.kind === kind && one.to === to);
  if (!mail) throw new Error(`the demo could not be made: no ${kind} for ${to}`);
  return mail.facts as MailFacts[K];
}

/**
 * Computes every hash, and checks none of its own a second time: a month of sign-ins would take seconds of argon2.
 */
function rememberingHasher(hasher: PasswordHasher): PasswordHasher {
  const passwords = new Map<string, string>();
  const verify = async (phc: string | undefined, password: string) =>
    phc !== undefined && passwords.get(phc) === password;
  return {
    needsRehash: (phc) => hasher.needsRehash(phc),
    deriveKey: (password, parameters) => hasher.deriveKey(password, parameters),
    verify,
    reserve: () => ({ prepare: () => {}, verify, evenOut: async () => {}, release: () => {} }),
    async hash(password) {
      const phc = await hasher.hash(password);
      passwords.set(phc, password);
      return phc;
    },
  };
}

export function must<T extends object>(outcome: T | Refusal): T {
  if (!isRefusal(outcome)) return outcome;
  const { refused, detail } = outcome;
  throw new Error(`the demo could not be made: ${refused}${detail === undefined ? '' : ` (${detail})`}`);
}

export function newId<P extends IdPrefix>({ random }: Pick<Ports, 'random'>, prefix: P) {
  return { id: idFromBytes(prefix, random.bytes(7)) };
}

/** Random, and easy to type. */
export function newPassword({ random }: Pick<Ports, 'random'>): string {
  return crockford(random.bytes(10)).replace(/(.{4})(?=.)/g, '$1-');
}
