export const FILTER_KINDS = ['geo', 'time', 'ip'] as const;
export type FilterKind = (typeof FILTER_KINDS)[number];

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
