import { createHash } from 'node:crypto';
import { idFromBytes, type TokenId, type UserId } from '../../server/kernel/ids.ts';

/** How many people a benchmark's store has, and with what tokens. The first `totp` have TOTP, the others HOTP. */
export interface Dataset {
  size: number;
  totp: number;
  /** Of the resource. Default: `auto`. */
  methodPolicy?: 'otp';
}

export interface Member {
  login: string;
  user: UserId;
  token: TokenId;
  /** 160 bits. */
  secret: Uint8Array;
}

/** Everybody has it, so that it need be hashed once. */
export const PASSWORD = 'correct horse battery staple';

/** The same member for the same number in every process, so that no list has to be passed around. */
export function memberOf(index: number): Member {
  const bytes = createHash('sha512').update(`countersign bench member ${index}`).digest();
  return {
    login: `person-${index}`,
    user: idFromBytes('usr', bytes.subarray(0, 7)),
    token: idFromBytes('tok', bytes.subarray(7, 14)),
    secret: new Uint8Array(bytes.subarray(14, 34)),
  };
}
