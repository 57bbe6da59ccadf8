/**
 * Where a sign-in is kept while the phone that shows it is in the authenticator app: browsers discard pages meanwhile. In
 * this tab's own storage, until the sign-in ends; everything works without.
 */
export interface HandleMemory {
  recall(): string | undefined;
  keep(handle: string): void;
  forget(): void;
}

const KEY = 'countersign-sign-in';

export function createHandleMemory(storage: () => Storage): HandleMemory {
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(storage());
    } catch {
      // Switched off, or full.
      return undefined;
    }
  };
  return {
    recall: () => attempt((kept) => kept.getItem(KEY)) ?? undefined,
    keep: (handle) => attempt((kept) => kept.setItem(KEY, handle)),
    forget: () => attempt((kept) => kept.removeItem(KEY)),
  };
}
