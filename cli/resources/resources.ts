import { ACCESS } from './access.ts';
import { ACCOUNT } from './account.ts';
import { OBJECTS } from './objects.ts';
import type { ResourceCommand } from './resource-command.ts';

/** Every resource of the command line, in the order of its help. */
export const RESOURCES: readonly ResourceCommand[] = [...OBJECTS, ...ACCESS, ...ACCOUNT];
