import { expect, test } from 'vitest';
import { CONFIRMATION_ATTEMPTS, countWrongConfirmation } from './confirmation.ts';

test('voids the confirmation with the last allowed wrong code', () => {
  let confirmation = countWrongConfirmation({ mac: 'm', attemptsLeft: CONFIRMATION_ATTEMPTS });
  for (let wrong = 1; wrong < CONFIRMATION_ATTEMPTS; wrong++) {
    expect(confirmation).toEqual({ mac: 'm', attemptsLeft: CONFIRMATION_ATTEMPTS - wrong });
    confirmation = confirmation && countWrongConfirmation(confirmation);
  }
  expect(confirmation).toBeUndefined();
  for (const attemptsLeft of [0, -1]) expect(countWrongConfirmation({ mac: 'm', attemptsLeft })).toBeUndefined();
});
