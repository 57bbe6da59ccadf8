import { z } from 'zod';
import { Secret } from './secret.ts';

export interface Variable {
  /** One sentence for docs/configuration.md. */
  readonly meaning: string;
  /** The default, as the documentation states it. */
  readonly otherwise: string;
  /** Parses the variable's text (undefined when absent or empty). */
  readonly schema: z.ZodType<unknown, string | undefined>;
  /** True if it may also come from a file, which the variable with `_FILE` at its end names. */
  readonly isSecret?: true;
  /** The variable that may not be set beside it. */
  readonly excludes?: string;
  /** The variable that it requires. */
  readonly needs?: string;
}

/** Whole numbers in plain decimal: `1e3`, `0x10` and ` 5` are typing errors. */
export function integer(from: number, to: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(from, `must be at least ${from}`).max(to, `must be at most ${to}`));
}

export function whole(from: number, to: number, otherwise: number) {
  return integer(from, to).default(otherwise);
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T, otherwise: T[number]) {
  return z.enum(values, `must be one of ${values.join(', ')}`).default(otherwise as never);
}

export function parsed<T>(read: (text: string) => T | undefined, message: string) {
  return z.string().transform((text, check) => {
    const value = read(text);
    if (value === undefined) {
      check.addIssue(message);
      return z.NEVER;
    }
    return value;
  });
}

export const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .default(false);

/** One line for a header: without characters that would end it. */
export const secretLine = z
  .string()
  .regex(/^[\x21-\x7e]{1,1000}$/, 'must be printable ASCII without spaces')
  .transform((text) => new Secret(text));

export const path = z.string().refine((text) => !text.includes('\0'), 'must be a path');
