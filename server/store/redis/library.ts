import { readFileSync } from 'node:fs';

/**
 * The function library's text, read from beside this module, so that it works wherever the module runs unbundled
 * (vitest, tsx, node). A bundle must copy `countersign.lua` next to its own file; `?raw` imports would tie the adapter
 * to vite.
 */
export function readLibrary(): string {
  return readFileSync(new URL('./countersign.lua', import.meta.url), 'utf8');
}

/** Its name in the first line of the file. */
export const LIBRARY = 'countersign_1';
export const COMMIT = `${LIBRARY}_commit`;
export const CONFIRM = `${LIBRARY}_confirm`;
export const READ = `${LIBRARY}_read`;
export const RANGE = `${LIBRARY}_range`;
export const INCREMENT = `${LIBRARY}_increment`;
export const NOTE = `${LIBRARY}_note`;
export const CHANGES = `${LIBRARY}_changes`;
/** Of a move. */
export const JOURNAL = `${LIBRARY}_journal`;
export const CLOSE = `${LIBRARY}_close`;
export const REOPEN = `${LIBRARY}_reopen`;
export const MOVE = `${LIBRARY}_move`;
export const RENEW = `${LIBRARY}_renew`;
