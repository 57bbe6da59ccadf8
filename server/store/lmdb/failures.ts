/** True if LMDB failed, and not the action in the transaction. */
export function isFlushFailure(error: unknown): boolean {
  return error instanceof Error && ('commitError' in error || ('code' in error && typeof error.code === 'number'));
}

export function isCallersBug(error: unknown): boolean {
  return error instanceof RangeError || error instanceof TypeError;
}

/** The library puts the cause of a failed commit into a promise that must be awaited, or it is unhandled. */
export async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).then(
    () => error,
    (reason: unknown) => reason,
  );
}
