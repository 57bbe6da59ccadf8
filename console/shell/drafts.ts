import type { Fields } from '../service/conflict.ts';

/** An unfinished edit: the version it started from and the edited values. */
export interface Draft {
  base: Fields;
  version: string | undefined;
  values: Fields;
}

/**
 * Unsaved edits, in the memory of the page: they survive navigation and another sign-in by the same administrator.
 * Other administrators do not see them, and they end with the page.
 */
export interface Drafts {
  get(object: string): Draft | undefined;
  put(object: string, draft: Draft | undefined): void;
  /** Drops every draft of an object that is gone. */
  drop(path: string): void;
  /** Call at sign-in: drops the drafts of other administrators. */
  setOwner(administrator: string): void;
  size(): number;
}

export function createDrafts(): Drafts {
  const drafts = new Map<string, Draft>();
  let owner: string | undefined;
  return {
    get: (object) => drafts.get(object),
    put(object, draft) {
      if (draft) drafts.set(object, draft);
      else drafts.delete(object);
    },
    drop(path) {
      for (const object of drafts.keys()) if (object.startsWith(`${path} `)) drafts.delete(object);
    },
    setOwner(administrator) {
      if (owner !== administrator) drafts.clear();
      owner = administrator;
    },
    size: () => drafts.size,
  };
}
