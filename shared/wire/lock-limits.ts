/** What `failedAttemptsBeforeLock` of a resource can be: so many wrong codes a token may show before it locks. */
export const FAILED_ATTEMPTS_BEFORE_LOCK = { least: 3, usual: 5, most: 10 } as const;
