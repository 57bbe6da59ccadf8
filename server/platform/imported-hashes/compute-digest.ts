import { createHash } from 'node:crypto';
import { piecesOf, type ReadDigest } from '../../passwords/imported-hash.ts';

/** Computes another system's digest of this password. */
export function computeDigest(read: Pick<ReadDigest, 'algorithm' | 'rounds' | 'salt'>, password: string): Buffer {
  let result = Buffer.alloc(0);
  for (const template of read.rounds) {
    const digest = createHash(read.algorithm);
    const values = {
      password,
      'password:hex': Buffer.from(password, 'utf8').toString('hex'),
      salt: read.salt,
      'salt:hex': Buffer.from(read.salt).toString('hex'),
      hash: result.toString('hex'),
      open: '{',
      close: '}',
    };
    for (const part of piecesOf(template)) digest.update(typeof part === 'string' ? part : values[part.piece]);
    result = digest.digest();
  }
  return result;
}
