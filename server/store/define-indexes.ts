import type { IndexEntry } from '../kernel/ports/store.ts';
import type { RestoreContext } from './define-document.ts';

interface IndexSpec {
  /** The first part of the indexes' names, unique to this definition. */
  readonly kind: string;
  /**
   * The anchor whose changes maintain an entry: usually that of the indexed document. `part`: the rest of the name
   * after the kind.
   */
  readonly anchorOf: (entry: IndexEntry, part: string) => string;
  /** The entries that a restore retains. */
  readonly onRestore: 'keep' | 'drop' | ((id: string, context: RestoreContext, part: string) => boolean);
}

/** Indexes of one feature. An entry is a hint: check the document that it points to. */
export interface IndexDefinition extends IndexSpec {
  readonly names: readonly ((...parts: never[]) => string)[];
}

type Names = Readonly<Record<string, (...parts: never[]) => string | undefined>>;

/**
 * Declares the indexes whose names start with one kind.
 *
 * @param names what follows the kind in each name, undefined if nothing does
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
  // Each name keeps the parameters of its function, which Object.fromEntries cannot express.
  const created = Object.fromEntries(named) as unknown as { [K in keyof N]: (...parts: Parameters<N[K]>) => string };
  return { ...created, definition: { ...spec, names: named.map(([, make]) => make) } };
}
