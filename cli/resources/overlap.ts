/** The flag of every rotation. */
export const OVERLAP = { overlapMs: 'how long the old secret stays valid, at most 7d; 0 if it has leaked' };
