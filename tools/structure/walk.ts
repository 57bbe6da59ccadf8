import type { Call, DeclaredFunction } from './functions.ts';

interface Walk {
  /** Files in the order in which they are first entered. */
  readonly files: readonly string[];
  /** How often the reader returns to a file that they left. */
  readonly returns: number;
}

const keyOf = ({ path, name }: Call) => `${path}#${name}`;

/**
 * Reads a program as a person does: from each root function to what it calls, from top to bottom, each function once,
 * and back to the caller for its next call.
 *
 * @param isRun whether a function took part; calls of others are skipped
 */
export function walkFrom(
  roots: readonly Call[],
  functions: Iterable<DeclaredFunction>,
  isRun: (call: Call) => boolean,
): Walk {
  const known = new Map([...functions].map((one) => [keyOf(one), one]));
  const read = new Set<string>();
  const files = new Set<string>();
  let here = '';
  let returns = 0;
  const goTo = (path: string) => {
    if (path !== here && files.has(path)) returns += 1;
    here = path;
    files.add(path);
  };
  const readFunction = (call: Call) => {
    const declared = known.get(keyOf(call));
    if (!declared || read.has(keyOf(call)) || !isRun(call)) return;
    read.add(keyOf(call));
    goTo(declared.path);
    for (const next of declared.calls) {
      if (!known.has(keyOf(next)) || read.has(keyOf(next)) || !isRun(next)) continue;
      goTo(declared.path);
      readFunction(next);
    }
  };
  for (const root of roots) readFunction(root);
  return { files: [...files], returns };
}
