/**
 * Stores the handle of the sign-in in this tab until the sign-in ends, because phones discard pages while the user is
 * in the authenticator app. Works without storage too.
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
      // Storage is blocked or full.
      return undefined;
    }
  };
  return {
    recall: () => attempt((kept) => kept.getItem(KEY)) ?? undefined,
    keep: (handle) => attempt((kept) => kept.setItem(KEY, handle)),
    forget: () => attempt((kept) => kept.removeItem(KEY)),
  };
}
