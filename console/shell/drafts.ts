import type { Fields } from '../service/conflict.ts';

/** Something half edited: what it was when it was begun, and what has become of it. */
export interface Draft {
  base: Fields;
  version: string | undefined;
  values: Fields;
}

/**
 * Edits that are not saved yet, in the memory of the page: whoever looks something up in between, or has to sign in
 * again, comes back to them. They are that person's alone, and gone with the page.
 */
export interface Drafts {
  get(object: string): Draft | undefined;
  put(object: string, draft: Draft | undefined): void;
  /** Somebody is here: what others have left is not theirs to see. */
  belongTo(person: string): void;
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
    belongTo(person) {
      if (owner !== person) drafts.clear();
      owner = person;
    },
    size: () => drafts.size,
  };
}
