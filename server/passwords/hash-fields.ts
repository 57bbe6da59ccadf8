import { z } from '@hono/zod-openapi';
import { BYTE_ENCODINGS, DIGESTS, IMPORT_BOUNDS, SALT_ENCODINGS } from './imported-hash.ts';

const parts = {
  hash: z.string().min(1).max(200).openapi({ description: 'The hash.', example: 'b0f2c4c1d0a94e0ab9a1c5d7e3f60718' }),
  encoding: z.enum(BYTE_ENCODINGS).openapi({ description: 'The encoding of `hash`.' }),
  salt: z.string().max(500).default('').openapi({ description: 'The salt.', example: 'f3a9c2' }),
  saltEncoding: z.enum(SALT_ENCODINGS).default('text').openapi({ description: 'The encoding of `salt`.' }),
};
const bytes = (description: string) =>
  z
    .string()
    .max(200)
    .openapi({ description: `${description} In base64.`, example: 'Bw==' });
const positive = (description: string, example: number) => z.int().min(1).openapi({ description, example });
const format = <T extends string>(name: T) => z.literal(name).openapi({ description: 'How the password was hashed.' });

/** An imported hash of the API. The domain refuses values out of bounds. */
export const passwordHash = z
  .discriminatedUnion('format', [
    z
      .strictObject({
        format: format('text'),
        text: z.string().min(1).max(1000).openapi({
          description: 'The hash with its parameters.',
          example: '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
        }),
      })
      .openapi({
        description:
          'A bcrypt hash, a PHC string (argon2, scrypt, PBKDF2), or a hash of Django, Werkzeug, passlib, WordPress, Drupal, SHA-crypt, LDAP and Dovecot (`{SSHA}`, `{CRYPT}`) or ASP.NET Core Identity.',
      }),
    z.strictObject({
      format: format('pbkdf2'),
      algorithm: z.enum(['sha1', 'sha256', 'sha512']).openapi({ description: 'The hash function of the HMAC.' }),
      iterations: positive('The number of iterations.', 100_000),
      ...parts,
    }),
    z.strictObject({
      format: format('scrypt'),
      cost: positive('N of RFC 7914.', 16_384),
      blockSize: positive('r of RFC 7914.', 8),
      parallelism: positive('p of RFC 7914.', 1),
      ...parts,
    }),
    z.strictObject({
      format: format('firebase-scrypt'),
      hash: bytes('`passwordHash` of the user.'),
      salt: bytes('`salt` of the user.'),
      signerKey: bytes('`base64_signer_key` of the project. It is not stored.'),
      saltSeparator: bytes('`base64_salt_separator` of the project.'),
      rounds: positive('`rounds` of the project.', 8),
      memoryCost: positive('`mem_cost` of the project.', 14),
    }),
    z
      .strictObject({
        format: format('digest'),
        algorithm: z.enum(DIGESTS).openapi({ description: 'The hash function.' }),
        rounds: z
          .array(z.string().max(IMPORT_BOUNDS.templateLength))
          .min(1)
          .max(IMPORT_BOUNDS.digestRounds)
          .openapi({ description: 'What is hashed in each round.', example: ['{salt}{password}', '{hash}{password}'] }),
        ...parts,
      })
      .openapi({
        description:
          'Each round is a template over `{password}`, `{salt}` and, after the first, `{hash}`: the lower-case hexadecimal result of the round before.',
      }),
  ])
  .openapi('ImportedPasswordHash', {
    description: 'A password hash of another system. It becomes argon2id at the first sign-in.',
  });
