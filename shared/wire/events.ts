/** `done`: a change. The other two: an attempt. */
export const EVENT_OUTCOMES = ['done', 'granted', 'refused'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];
