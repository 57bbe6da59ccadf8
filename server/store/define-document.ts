import type { DocumentKey, DocumentKind, IndexedEntry, RawKey } from '../kernel/ports/store.ts';
import type { SecretContext } from '../kernel/secret-context.ts';

/** What a restore knows while it goes through a backup. */
export interface RestoreContext {
  /** When the restore began. */
  readonly now: number;
  /**
   * Per anchor, how far a numbered series on it goes, by the document that counts it. A backup of a running service may hold
   * later ones, of which that document does not know.
   */
  readonly heads: Map<string, number>;
}

/** A secret in a document, and what it is bound to. */
export interface SealedSecret {
  readonly sealed: string;
  readonly context: SecretContext;
}

/** The document to restore, or undefined to leave it out. */
type RestoreRule<T> = (value: T, context: RestoreContext, key: RawKey) => T | undefined;

/** Everything that the product has to know of a kind of document. */
interface DocumentSpec<T, A extends readonly unknown[]> {
  /** The first part of the document's name. No other kind has it. */
  readonly kind: string;
  /** What the document is. For the data dictionary. */
  readonly description: string;
  /** What its anchor stands for. For the data dictionary. */
  readonly anchor: string;
  /** The anchor, and what follows the kind in the name where an anchor holds several. */
  readonly key: (...parts: A) => readonly [anchor: string, rest?: string | number | undefined];
  /** The document's index entries. */
  readonly indexes?: (value: T) => IndexedEntry[];
  /** Where the document holds secrets under the master key. */
  readonly secrets: 'none' | { readonly fields: string; readonly of: (value: T, key: RawKey) => SealedSecret[] };
  /**
   * What becomes of it when a backup is restored (SR-62). `drop` what was used up, redeemed or ended since would come back
   * with: without the document, everything of it is refused.
   */
  readonly onRestore: 'keep' | 'drop' | { readonly change: string; readonly rule: RestoreRule<T> };
  /** `never`, or when it does. For the data dictionary. */
  readonly expires: string;
  /** It counts a series on its anchor. A backup takes it first, so that the series is never short. */
  readonly isHead?: true;
}

/** A kind of document, declared once in the `documents.ts` of its feature. */
export interface DocumentDefinition<T = unknown> extends DocumentKind<T> {
  readonly description: string;
  readonly anchor: string;
  readonly expires: string;
  readonly isHead: boolean;
  /** Names of the fields that hold secrets, or undefined. */
  readonly secretFields: string | undefined;
  /** `keep`, `drop`, or how it changes. */
  readonly onRestore: string;
  /** The secrets in a document. */
  secrets(value: T, key: RawKey): SealedSecret[];
  /** The document to restore, or undefined to leave it out. */
  restore(value: T, context: RestoreContext, key: RawKey): T | undefined;
}

interface KeyedDocument<T, A extends readonly unknown[]> extends DocumentDefinition<T> {
  readonly key: (...parts: A) => DocumentKey<T>;
}

const NO_SECRETS = { fields: undefined, of: () => [] };

/**
 * Declares a kind of document: its keys, its index entries, its secrets, what a restore does with it.
 *
 * @example const logoDocument = defineDocument<Logo, [resource: ResourceId]>({ kind: 'logo', key: (resource) => [resource], ... })
 */
export function defineDocument<T, A extends readonly unknown[]>(spec: DocumentSpec<T, A>): KeyedDocument<T, A> {
  const { kind, description, anchor, expires, indexes, onRestore, isHead = false } = spec;
  const secrets = spec.secrets === 'none' ? NO_SECRETS : spec.secrets;
  const document: KeyedDocument<T, A> = {
    kind,
    description,
    anchor,
    expires,
    isHead,
    secretFields: secrets.fields,
    onRestore: typeof onRestore === 'string' ? onRestore : onRestore.change,
    indexes: indexes ?? (() => []),
    secrets: secrets.of,
    restore: typeof onRestore === 'string' ? (value) => (onRestore === 'keep' ? value : undefined) : onRestore.rule,
    key: (...parts) => {
      const [of, rest] = spec.key(...parts);
      return { anchor: of, name: rest === undefined ? kind : `${kind}/${rest}`, document };
    },
  };
  return document;
}

/** The rule of a series: what is numbered beyond its head is left out. */
export function upToHead<T>(numberOf: (value: T) => number) {
  return {
    change: 'up to the head of the series',
    rule: (value: T, { heads }: RestoreContext, { anchor }: RawKey): T | undefined =>
      numberOf(value) <= (heads.get(anchor) ?? 0) ? value : undefined,
  };
}
