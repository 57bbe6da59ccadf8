import type { IndexEntry } from '../kernel/ports/store.ts';
import type { RestoreContext } from './define-document.ts';

interface IndexSpec {
  /** The first part of the indexes' names. No other definition has it. */
  readonly kind: string;
  /** The anchor whose changes keep an entry: usually what the entry points at. `part`: what follows the kind in the name. */
  readonly anchorOf: (entry: IndexEntry, part: string) => string;
  /** Which entries a restore keeps. */
  readonly onRestore: 'keep' | 'drop' | ((id: string, context: RestoreContext, part: string) => boolean);
}

/** Indexes of one feature. An entry is a hint: check the document that it points at. */
export interface IndexDefinition extends IndexSpec {
  readonly names: readonly ((...parts: never[]) => string)[];
}

type Names = Readonly<Record<string, (...parts: never[]) => string | undefined>>;

/**
 * Declares the indexes whose names start with one kind.
 *
 * @param names what follows the kind in each name, undefined where nothing does
 */
export function defineIndexes<const N extends Names>(
  spec: IndexSpec,
  names: N,
): { readonly [K in keyof N]: (...parts: Parameters<N[K]>) => string } & { readonly definition: IndexDefinition } {
  const named = Object.entries(names).map(([name, rest]) => {
    const make = (...parts: never[]): string => {
      const text = rest(...parts);
      return text === undefined ? spec.kind : `${spec.kind}/${text}`;
    };
    return [name, make] as const;
  });
  // Each name keeps the parameters of the function that it was made from, which Object.fromEntries cannot say.
  const made = Object.fromEntries(named) as unknown as { [K in keyof N]: (...parts: Parameters<N[K]>) => string };
  return { ...made, definition: { ...spec, names: named.map(([, make]) => make) } };
}
