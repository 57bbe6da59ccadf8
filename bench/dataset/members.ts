import { createHash } from 'node:crypto';
import { idFromBytes, type TokenId, type UserId } from '../../server/kernel/ids.ts';

/** The number of users in a benchmark's store, and their tokens: the first `totp` have TOTP, the others HOTP. */
export interface Dataset {
  size: number;
  totp: number;
  /** Method policy of the resource. Default: `auto`. */
  methodPolicy?: 'otp';
}

export interface Member {
  login: string;
  user: UserId;
  token: TokenId;
  /** 160 bits. */
  secret: Uint8Array;
}

/** All users share it, so that it is hashed once. */
export const PASSWORD = 'correct horse battery staple';

/** The same number gives the same member in every process, so no list has to be passed around. */
export function memberOf(index: number): Member {
  const bytes = createHash('sha512').update(`countersign bench member ${index}`).digest();
  return {
    login: `person-${index}`,
    user: idFromBytes('usr', bytes.subarray(0, 7)),
    token: idFromBytes('tok', bytes.subarray(7, 14)),
    secret: new Uint8Array(bytes.subarray(14, 34)),
  };
}
