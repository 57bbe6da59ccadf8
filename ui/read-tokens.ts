import { readFileSync } from 'node:fs';

/** The design tokens as a stylesheet, for pages that the server renders. The build copies the file beside the server. */
export const TOKENS = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8').replace(/^\/\*.*?\*\/\s*/s, '');
