import { ACCESS } from './access.ts';
import { ACCOUNT } from './account.ts';
import type { ResourceCommand } from './noun.ts';
import { OBJECTS } from './objects.ts';

/** Every noun of the command line, in the order of its help. */
export const NOUNS: readonly ResourceCommand[] = [...OBJECTS, ...ACCESS, ...ACCOUNT];
