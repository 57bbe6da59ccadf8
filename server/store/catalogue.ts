import type { IndexEntry, RawKey } from '../kernel/ports/store.ts';
import type { DocumentDefinition, RestoreContext, SealedSecret } from './define-document.ts';
import type { IndexDefinition } from './define-indexes.ts';

/** Every kind of document and index, for work on a whole store: backup, restore, re-encryption. */
interface Catalogue {
  readonly documents: readonly DocumentDefinition[];
  readonly indexes: readonly IndexDefinition[];
  /** The definition of the document with this key, or undefined if its kind is unknown. */
  documentOf(key: RawKey): DocumentDefinition | undefined;
  /** The secrets in a document; none if its kind is unknown. */
  secretsOf(key: RawKey, value: unknown): SealedSecret[];
  /** The anchor whose changes maintain an index entry. Undefined if the index is unknown. */
  anchorOfEntry(index: string, entry: IndexEntry): string | undefined;
  /** True if a restore retains an index entry. */
  keepsEntry(index: string, id: string, context: RestoreContext): boolean;
}

/** @throws Error if two definitions have the same kind */
export function createCatalogue(
  documents: readonly DocumentDefinition[],
  indexes: readonly IndexDefinition[],
): Catalogue {
  const documentsByKind = byKind(documents);
  const indexesByKind = byKind(indexes);
  const documentOf = ({ name }: RawKey) => documentsByKind.get(kindOf(name));
  return {
    documents,
    indexes,
    documentOf,
    secretsOf: (key, value) => documentOf(key)?.secrets(value, key) ?? [],
    anchorOfEntry: (index, entry) => indexesByKind.get(kindOf(index))?.anchorOf(entry, partOf(index)),
    keepsEntry: (index, id, context) => {
      const onRestore = indexesByKind.get(kindOf(index))?.onRestore ?? 'keep';
      return typeof onRestore === 'string' ? onRestore === 'keep' : onRestore(id, context, partOf(index));
    },
  };
}

function byKind<D extends { readonly kind: string }>(definitions: readonly D[]): Map<string, D> {
  const all = new Map(definitions.map((definition) => [definition.kind, definition]));
  if (all.size < definitions.length) throw new Error('two definitions have the same kind');
  return all;
}

/** The part of a document's or an index's name before the first slash. */
const kindOf = (name: string): string => name.split('/', 1)[0] ?? '';
const partOf = (name: string): string => name.split('/')[1] ?? '';
