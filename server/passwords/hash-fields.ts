import { z } from '@hono/zod-openapi';
import { BYTE_ENCODINGS, DIGESTS, IMPORT_BOUNDS, SALT_ENCODINGS } from './imported-hash.ts';

const parts = {
  hash: z.string().min(1).max(200),
  encoding: z.enum(BYTE_ENCODINGS).openapi({ description: 'In which `hash` is written.' }),
  salt: z.string().max(500).default(''),
  saltEncoding: z.enum(SALT_ENCODINGS).default('text').openapi({ description: 'In which `salt` is written.' }),
};
const whole = z.int().min(1);

/** An imported hash as the API takes it; what is absurd within these shapes, the domain refuses. */
export const passwordHash = z
  .discriminatedUnion('format', [
    z.strictObject({ format: z.literal('text'), text: z.string().min(1).max(1000) }).openapi({
      description: 'Says itself what it is: bcrypt, a PHC string (argon2, scrypt, PBKDF2), or as Django has it.',
    }),
    z.strictObject({
      format: z.literal('pbkdf2'),
      algorithm: z.enum(['sha1', 'sha256', 'sha512']),
      iterations: whole,
      ...parts,
    }),
    z.strictObject({ format: z.literal('scrypt'), cost: whole, blockSize: whole, parallelism: whole, ...parts }),
    z
      .strictObject({
        format: z.literal('digest'),
        algorithm: z.enum(DIGESTS),
        rounds: z.array(z.string().max(IMPORT_BOUNDS.templateLength)).min(1).max(IMPORT_BOUNDS.digestRounds),
        ...parts,
      })
      .openapi({
        description:
          'Each round is a template over `{password}`, `{salt}` and, after the first, `{hash}`: the lower-case hexadecimal result of the round before.',
      }),
  ])
  .openapi('ImportedPasswordHash', {
    description: 'What an old password was hashed to elsewhere. It is made anew as argon2id at the first sign-in.',
  });
