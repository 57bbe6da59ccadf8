import { styleText } from 'node:util';

/** Writes a text in a style, or leaves it as it is. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'cyan', text: string) => string;

export const plain: Paint = (_, text) => text;

/** Colours are for terminals: a file or a pipe gets plain text, unless FORCE_COLOR says otherwise (no-color.org). */
export function painterOf(
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
  { isTTY = false }: { isTTY?: boolean },
): Paint {
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '';
  const isColoured = isForced ? FORCE_COLOR !== '0' : !NO_COLOR && isTTY && TERM !== 'dumb';
  // By default, later versions of Node look at their own standard output.
  return isColoured ? (style, text) => styleText(style, text, { validateStream: false }) : plain;
}
