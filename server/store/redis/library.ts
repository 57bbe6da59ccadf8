import { readFileSync } from 'node:fs';

/**
 * The function library's text. It is read from beside this module, so it works wherever the module is run as it is
 * (vitest, tsx, node). A bundle must copy `countersign.lua` next to its own file; `?raw` imports would bind the adapter
 * to vite.
 */
export function readLibrary(): string {
  return readFileSync(new URL('./countersign.lua', import.meta.url), 'utf8');
}

export const COMMIT = 'countersign_1_commit';
export const INCREMENT = 'countersign_1_increment';
