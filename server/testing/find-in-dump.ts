/**
 * Which of these byte strings, of four bytes or more, are anywhere in the dump. One pass for all of them: a pass for each
 * of 800 in a store of some megabytes takes seconds.
 */
export function findInDump(dump: Buffer, wanted: readonly Buffer[]): Buffer[] {
  const byStart = new Map<number, Buffer[]>();
  for (const one of wanted) {
    const start = one.readInt32BE();
    byStart.set(start, [...(byStart.get(start) ?? []), one]);
  }
  const found = new Set<Buffer>();
  for (let at = 0; at + 4 <= dump.length; at++) {
    for (const one of byStart.get(dump.readInt32BE(at)) ?? []) {
      if (dump.subarray(at, at + one.length).equals(one)) found.add(one);
    }
  }
  return [...found];
}
