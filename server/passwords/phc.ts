/** The parameters of a stored argon2 string. */
interface PhcParameters {
  /** argon2i occurs only in imported hashes: native ones are argon2id. */
  variant: 'argon2id' | 'argon2i';
  memoryKiB: number;
  iterations: number;
  parallelism: number;
}

/** Bounds of a stored string: a check above them would only waste memory and time (SR-18). */
export const PHC_BOUNDS = { memoryKiB: 256 * 1024, iterations: 16, parallelism: 8 } as const;

/** Salt of 8 to 64 bytes, output of 16 to 64: a shorter output could be matched by chance. */
const SHAPE =
  /^\$(argon2id|argon2i)\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9])\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/**
 * Parses a PHC string (argon2id or argon2i, version 0x13; RFC 9106), and refuses one that is out of bounds before any
 * work.
 *
 * @throws {TypeError} malformed, another variant or version, or parameters out of {@link PHC_BOUNDS}. The message never
 * contains any of the string.
 */
export function parsePhc(phc: string): PhcParameters {
  const match = SHAPE.exec(phc);
  if (!match) throw new TypeError('the stored password hash is not an argon2 string');
  const parameters: PhcParameters = {
    variant: match[1] === 'argon2i' ? 'argon2i' : 'argon2id',
    memoryKiB: Number(match[2]),
    iterations: Number(match[3]),
    parallelism: Number(match[4]),
  };
  if (
    parameters.memoryKiB > PHC_BOUNDS.memoryKiB ||
    parameters.memoryKiB < 8 * parameters.parallelism ||
    parameters.iterations > PHC_BOUNDS.iterations ||
    parameters.parallelism > PHC_BOUNDS.parallelism
  ) {
    throw new TypeError('the stored password hash has parameters out of bounds');
  }
  return parameters;
}
