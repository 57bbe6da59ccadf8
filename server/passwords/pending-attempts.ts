import type { Store } from '../kernel/ports/store.ts';

const known = new WeakMap<Store, Map<string, Set<Promise<void>>>>();

/** Records that a password of this subject is counted and not judged yet. The returned function ends that. */
export function trackAttempt(store: Store, subject: string): () => void {
  const bySubject = known.get(store) ?? new Map<string, Set<Promise<void>>>();
  known.set(store, bySubject);
  const underWay = bySubject.get(subject) ?? new Set();
  bySubject.set(subject, underWay);
  let fulfil = () => {};
  const judged = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  underWay.add(judged);
  return () => {
    underWay.delete(judged);
    if (underWay.size === 0) bySubject.delete(subject);
    fulfil();
  };
}

/** The attempts of this process. */
export function pendingAttempts(store: Store, subject: string): readonly Promise<void>[] {
  return [...(known.get(store)?.get(subject) ?? [])];
}
