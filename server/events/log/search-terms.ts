import type { AccountEvent } from '../../kernel/event.ts';
import { indexedIds } from './indexed-ids.ts';

/**
 * What an event is found by: an id that it names, or its type, outcome or reason. The lists of these three are short
 * and no id begins as they do, so one index and one filter hold all.
 */
export type SearchTerm = string;

/** Most events have one of these outcomes: an index of them would save no search. */
const USUAL_OUTCOMES: ReadonlySet<AccountEvent['outcome']> = new Set(['done', 'granted']);

type Searched = { readonly [Field in 'type' | 'outcome' | 'reason']?: AccountEvent[Field] | undefined };

export function searchTerms(event: AccountEvent): SearchTerm[] {
  return [...indexedIds(event), ...termsOfKind(event)];
}

export function isKind(term: SearchTerm): boolean {
  return term.startsWith('=');
}

export function termsOfKind({ type, outcome, reason }: Searched): SearchTerm[] {
  const unusual = outcome !== undefined && !USUAL_OUTCOMES.has(outcome) ? outcome : undefined;
  return [type, unusual, reason].flatMap((word) => (word === undefined ? [] : `=${word}`));
}

export function hasTerms(event: AccountEvent, terms: readonly SearchTerm[]): boolean {
  if (terms.length === 0) return true;
  const found = searchTerms(event);
  return terms.every((term) => found.includes(term));
}
