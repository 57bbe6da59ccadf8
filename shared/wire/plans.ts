/** The kinds of objects that a plan can limit. */
export const QUOTA_KINDS = ['users', 'resources', 'filters', 'administrators'] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

/** What an entry of the ledger was for. */
export const LEDGER_REASONS = ['payment', 'correction', 'fee', 'refund'] as const;
export type LedgerReason = (typeof LEDGER_REASONS)[number];
