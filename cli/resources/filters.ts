/** Time bounds of lists. */
export const PERIOD = {
  from: { type: 'time', about: 'not before' },
  to: { type: 'time', about: 'not after' },
} as const;

export const EVENT_FILTERS = {
  outcome: 'done, granted or refused',
  reason: 'code of a refusal',
  resource: 'id of a resource',
  ...PERIOD,
};
