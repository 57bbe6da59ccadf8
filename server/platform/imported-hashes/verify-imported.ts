import { createHash, pbkdf2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { piecesOf, type ReadDigest, type ReadHash } from '../../passwords/imported-hash.ts';

const derivePbkdf2 = promisify(pbkdf2);

/**
 * True if the password matches a hash of another system. The costly kinds run in the thread pool: the caller holds a
 * permit.
 */
export async function verifyImported(read: ReadHash, password: string): Promise<boolean> {
  switch (read.kind) {
    case 'bcrypt':
      return verifyBcrypt(read.digestFirst ? createHash('sha256').update(password).digest('hex') : password, read.text);
    case 'pbkdf2': {
      const { salt, iterations, hash, algorithm } = read;
      return isSameSecret(await derivePbkdf2(password, salt, iterations, hash.length, algorithm), hash);
    }
    case 'scrypt':
      return isSameSecret(await deriveScrypt(read, password), read.hash);
    case 'digest':
      return isSameSecret(digestOf(read, password), read.hash);
  }
}

function deriveScrypt(read: Extract<ReadHash, { kind: 'scrypt' }>, password: string): Promise<Buffer> {
  const { cost, blockSize, parallelism, salt, hash } = read;
  // OpenSSL needs slightly more than the formula; the parameters were bounded when the hash was parsed.
  const maxmem = 128 * blockSize * (cost + parallelism + 2) + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, { cost, blockSize, parallelization: parallelism, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Computes another system's digest of this password. */
export function digestOf(read: Pick<ReadDigest, 'algorithm' | 'rounds' | 'salt'>, password: string): Buffer {
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
