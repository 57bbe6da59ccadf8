import { referenceTo } from '../domain/actor.ts';
import { mayChangeUser, mayCreate } from '../domain/authority.ts';
import type { TokenId, UserId } from '../domain/ids.ts';
import type { OtpAlgorithm, OtpDigits, Token } from '../domain/token.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { indexes } from '../ports/indexes.ts';
import type { Act } from './act.ts';
import { type Birth, createObject } from './create-object.ts';
import { disown } from './delete-user.ts';
import { readUser } from './find-user.ts';
import { seedContext } from './seed-context.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

export interface NewToken {
  name: string;
  kind: 'totp' | 'hotp';
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  periodMs: number;
  /** HOTP: the next counter. */
  counter: number;
  /** Given by whoever has the device already; otherwise made here. */
  secret?: Uint8Array | undefined;
  serial?: string | undefined;
  owner?: UserId | undefined;
  expiresAt?: number | undefined;
  /** TOTP: what is known of the device's clock. */
  driftSteps?: number | undefined;
  /** Where the epochs of the token begin; 0 for an id that nothing has had before. */
  epoch?: number | undefined;
}

/** RFC 4226 R6 recommends 160 bits; the longer hashes get seeds of their own length (RFC 6238 1.2). */
const SECRET_BYTES: Record<OtpAlgorithm, number> = { SHA1: 20, SHA256: 32, SHA512: 64 };

/** Makes a token. The seed is answered this once and sealed for good (SR-21, SR-23). */
export async function createToken(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  act: Act,
  birth: Birth<TokenId>,
  input: NewToken,
): Promise<Verdict<{ token: Token; secret: Uint8Array }>> {
  const { id } = birth;
  const { account } = act.actor;
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  if (input.owner !== undefined) {
    const owner = await readUser(ports, account, input.owner);
    if (!owner) return refusal('USER_NOT_FOUND');
    if (!mayChangeUser(act.actor, owner)) return refusal('FORBIDDEN');
  }
  const secret = input.secret ?? ports.random.bytes(SECRET_BYTES[input.algorithm]);
  const token: Token = {
    id,
    account,
    name: input.name,
    ...(input.serial !== undefined && { serial: input.serial }),
    factor:
      input.kind === 'totp'
        ? { kind: 'totp', periodMs: input.periodMs, driftSteps: input.driftSteps ?? 0 }
        : { kind: 'hotp' },
    algorithm: input.algorithm,
    digits: input.digits,
    sealedSecret: ports.secrets.seal(secret, seedContext(account, id)),
    nextCounter: input.kind === 'hotp' ? input.counter : 0,
    ...(input.owner !== undefined && { owner: input.owner }),
    epoch: input.epoch ?? 0,
    enabled: true,
    failures: 0,
    ...(input.expiresAt !== undefined && { expiresAt: input.expiresAt }),
    directResources: [],
    createdAt: ports.clock.now(),
    createdBy: referenceTo(act.actor),
  };
  const index = indexes.tokens(account);
  const made = await createObject(ports, act, 'token.created', birth, documents.token(id), index, token);
  if (isRefusal(made)) return made;
  // Whoever was deleted meanwhile owns nothing; the token is nobody's, as theirs before it.
  const { owner } = made.created;
  if (owner !== undefined && !(await readUser(ports, account, owner))) {
    await disown(ports, act, account, id, owner);
    return refusal('USER_NOT_FOUND');
  }
  const { sealedSecret } = made.created;
  return { token: made.created, secret: ports.secrets.open(sealedSecret, seedContext(account, id)) };
}
