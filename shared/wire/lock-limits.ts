/** Range of `failedAttemptsBeforeLock` of a resource: the number of wrong codes after which a token locks. */
export const FAILED_ATTEMPTS_BEFORE_LOCK = { least: 3, usual: 5, most: 10 } as const;
