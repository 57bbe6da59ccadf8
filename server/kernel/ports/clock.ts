/** The only source of time. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}
