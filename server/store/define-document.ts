import type { DocumentKey, DocumentKind, IndexedEntry, RawKey } from '../kernel/ports/store.ts';
import type { SecretContext } from '../kernel/secret-context.ts';

/** State of a restore while it reads a backup. */
export interface RestoreContext {
  /** When the restore started. */
  readonly now: number;
  /**
   * Last number of each series, per anchor, from the document that counts it. A backup of a running service may contain
   * later documents, which that document does not count.
   */
  readonly heads: Map<string, number>;
  /** First number of each series that lost older documents while the backup ran, per anchor, and what it continues. */
  readonly beginnings?: ReadonlyMap<string, { readonly first: number; readonly firstPrevious: string }>;
}

/** A secret in a document and its context. */
export interface SealedSecret {
  readonly sealed: string;
  readonly context: SecretContext;
}

/** Returns the document to restore, or undefined to leave it out. */
type RestoreRule<T> = (value: T, context: RestoreContext, key: RawKey) => T | undefined;

/** The declaration of a kind of document. */
interface DocumentSpec<T, A extends readonly unknown[]> {
  /** The first part of the document's name, unique to this kind. */
  readonly kind: string;
  /** What the document is. For the data dictionary. */
  readonly description: string;
  /** What its anchor represents. For the data dictionary. */
  readonly anchor: string;
  /** Returns the anchor and, if an anchor holds several, the rest of the name after the kind. */
  readonly key: (...parts: A) => readonly [anchor: string, rest?: string | number | undefined];
  /** The document's index entries. */
  readonly indexes?: (value: T) => IndexedEntry[];
  /** Fields that hold secrets encrypted under the master key. */
  readonly secrets: 'none' | { readonly fields: string; readonly of: (value: T, key: RawKey) => SealedSecret[] };
  /**
   * What a restore does with it (SR-62). `drop` a document that could bring back what was used, redeemed or ended
   * since: without the document, everything that depends on it is refused.
   */
  readonly onRestore: 'keep' | 'drop' | { readonly change: string; readonly rule: RestoreRule<T> };
  /**
   * What is left of it once the master key is lost, with which its secrets were sealed and its MACs made. Required of a
   * kind with secrets. Default: it stays as it is.
   */
  readonly onLostKey?: 'drop' | ((value: T) => T | undefined);
  /** `never`, or when it expires. For the data dictionary. */
  readonly expires: string;
  /** Many requests read it and few change it, and it holds no secret in plain text. Its parsed value is kept. */
  readonly isHot?: true;
  /** It counts a series on its anchor. A backup reads it first, so that the series is complete up to it. */
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
  /** `keep`, `drop`, or how a restore changes it. */
  readonly onRestore: string;
  /** The secrets in a document. */
  secrets(value: T, key: RawKey): SealedSecret[];
  /** Returns the document to restore, or undefined to leave it out. */
  restore(value: T, context: RestoreContext, key: RawKey): T | undefined;
  /** Returns what is left of the document without its secrets and MACs, or undefined for nothing. */
  withoutSecrets(value: T): T | undefined;
}

interface KeyedDocument<T, A extends readonly unknown[]> extends DocumentDefinition<T> {
  readonly key: (...parts: A) => DocumentKey<T>;
}

const NO_SECRETS = { fields: undefined, of: () => [] };

/**
 * Declares a kind of document: its keys, its index entries, its secrets and its restore rule.
 *
 * @example const logoDocument = defineDocument<Logo, [resource: ResourceId]>({ kind: 'logo', key: (resource) =>
 * [resource], ... })
 */
export function defineDocument<T, A extends readonly unknown[]>(spec: DocumentSpec<T, A>): KeyedDocument<T, A> {
  const { kind, description, anchor, expires, indexes, onRestore, isHead = false, isHot = false } = spec;
  const { onLostKey = (value: T) => value } = spec;
  const secrets = spec.secrets === 'none' ? NO_SECRETS : spec.secrets;
  const document: KeyedDocument<T, A> = {
    kind,
    description,
    anchor,
    expires,
    isHead,
    isHot,
    secretFields: secrets.fields,
    onRestore: typeof onRestore === 'string' ? onRestore : onRestore.change,
    indexes: indexes ?? (() => []),
    secrets: secrets.of,
    restore: typeof onRestore === 'string' ? (value) => (onRestore === 'keep' ? value : undefined) : onRestore.rule,
    withoutSecrets: onLostKey === 'drop' ? () => undefined : onLostKey,
    key: (...parts) => {
      const [of, rest] = spec.key(...parts);
      return { anchor: of, name: rest === undefined ? kind : `${kind}/${rest}`, document };
    },
  };
  return document;
}

/** The restore rule of a series: drop documents numbered beyond its head. */
export function upToHead<T>(numberOf: (value: T) => number) {
  return {
    change: 'up to the head of the series',
    rule: (value: T, { heads }: RestoreContext, { anchor }: RawKey): T | undefined =>
      numberOf(value) <= (heads.get(anchor) ?? 0) ? value : undefined,
  };
}
