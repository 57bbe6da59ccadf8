import type { Writable } from 'node:stream';
import { escapeControls } from './table.ts';

/** Names refused lines of an imported file, and says how many of `total` are not among them. */
export function printRefused(
  to: Writable,
  file: string,
  refused: readonly { line: number; code: string; detail?: string }[],
  total: number,
): void {
  for (const { line, code, detail } of refused) {
    to.write(`${file}:${line}: ${code}${detail === undefined ? '' : ` ${escapeControls(detail)}`}\n`);
  }
  if (total > refused.length) to.write(`${file}: ${total - refused.length} more refused\n`);
}
