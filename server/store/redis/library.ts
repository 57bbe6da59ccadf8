import { readFileSync } from 'node:fs';

/**
 * The function library's text, read from beside this module, so that it works wherever the module runs unbundled
 * (vitest, tsx, node). A bundle must copy `countersign.lua` next to its own file; `?raw` imports would tie the adapter
 * to vite.
 */
export function readLibrary(): string {
  return readFileSync(new URL('./countersign.lua', import.meta.url), 'utf8');
}

export const COMMIT = 'countersign_2_commit';
export const INCREMENT = 'countersign_2_increment';
