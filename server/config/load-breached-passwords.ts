import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { z } from 'zod';
import type { VARIABLES } from './variables.ts';

type Of<N extends keyof typeof VARIABLES> = z.output<(typeof VARIABLES)[N]['schema']>;

interface BreachedPasswordsConfig {
  /** A filter file; without one there is a URL. */
  readonly file?: string;
  /** A service with the range API of Pwned Passwords. */
  readonly url?: string;
  readonly onFailure: Of<'COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE'>;
}

/** Undefined: no list of them. */
export function breachedPasswordsOf(values: {
  COUNTERSIGN_BREACHED_PASSWORDS_FILE: Of<'COUNTERSIGN_BREACHED_PASSWORDS_FILE'>;
  COUNTERSIGN_BREACHED_PASSWORDS_URL: Of<'COUNTERSIGN_BREACHED_PASSWORDS_URL'>;
  COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE: Of<'COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE'>;
}): BreachedPasswordsConfig | undefined {
  const { COUNTERSIGN_BREACHED_PASSWORDS_FILE: file, COUNTERSIGN_BREACHED_PASSWORDS_URL: url } = values;
  if (file === undefined && url === undefined) return undefined;
  const onFailure = values.COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE;
  return Object.freeze({ ...omitUndefined({ file, url }), onFailure });
}
