import { encode } from 'uqr';

/** Half blocks draw two rows of modules in one line. */
const BLOCKS = { '00': '█', '01': '▀', '10': '▄', '11': ' ' } as const;

/**
 * A QR code for a terminal; undefined if it does not fit. White on black, which the lines set themselves: an inverted
 * code is one that many apps do not read.
 */
export function terminalQrCode(content: string, { columns, isColoured }: { columns: number; isColoured: boolean }) {
  const { data, size } = encode(content, { ecc: 'L', border: 2 });
  if (size > columns) return undefined;
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    const [upper = [], lower = []] = [data[y], data[y + 1]];
    const line = upper.map((isDark, x) => BLOCKS[`${isDark ? 1 : 0}${lower[x] ? 1 : 0}`]).join('');
    lines.push(isColoured ? `\u001b[97;40m${line}\u001b[0m` : line);
  }
  return lines.join('\n');
}
