import { expect, it } from 'vitest';
import { withDeadline } from './with-deadline.ts';

const late = () => new Error('late');

it('returns the result of timely work, and its error', async () => {
  await expect(withDeadline(Promise.resolve('done'), 10_000, late)).resolves.toBe('done');
  await expect(withDeadline(Promise.reject(new Error('broken')), 10_000, late)).rejects.toThrow('broken');
});

it('rejects with the error of the caller after the deadline', async () => {
  await expect(withDeadline(new Promise(() => {}), 1, late)).rejects.toThrow('late');
});
