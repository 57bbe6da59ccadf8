import { expect, test } from 'vitest';
import type { Answer } from './client.ts';
import { createSubmission, type SubmissionState } from './submission.ts';

function setUp(onRefused?: () => boolean) {
  const sent: string[] = [];
  const shown: SubmissionState[] = [];
  const done: unknown[] = [];
  let settle: (answer: Answer<string>) => void = () => {};
  const submission = createSubmission<string, string>({
    send(values) {
      sent.push(values);
      return new Promise((resolve) => {
        settle = resolve;
      });
    },
    show: (sending) => shown.push(sending),
    onDone: (...values) => done.push(values),
    ...(onRefused && { onRefused }),
  });
  return { submission, sent, shown, done, settle: (answer: Answer<string>) => settle(answer) };
}

test('a double click is one attempt', async () => {
  const { submission, sent, settle, done } = setUp();
  const first = submission.submit('one');
  await submission.submit('two');
  settle({ kind: 'done', body: 'created' });
  await first;
  expect(sent).toEqual(['one']);
  expect(done).toEqual([['created', 'one']]);
});

test('sends nothing during a wait', async () => {
  const { submission, sent, shown, settle } = setUp();
  const first = submission.submit('one');
  settle({ kind: 'refused', code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 60_000, fields: [] });
  await first;
  expect(shown.at(-1)?.notice).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  await submission.submit('two');
  expect(sent).toEqual(['one']);
});

test('reports a lost response as interrupted, and the form can be sent again', async () => {
  const { submission, sent, shown, settle } = setUp();
  const first = submission.submit('one');
  settle({ kind: 'lost' });
  await first;
  expect(shown.at(-1)).toEqual({ isBusy: false, notice: { code: 'interrupted', fields: [] } });
  const second = submission.submit('two');
  expect(shown.at(-1)).toEqual({ isBusy: true });
  settle({ kind: 'done', body: '' });
  await second;
  expect(sent).toEqual(['one', 'two']);
});

test('a refusal that the caller handles leaves no notice', async () => {
  const { submission, shown, settle } = setUp(() => true);
  const first = submission.submit('one');
  settle({ kind: 'refused', code: 'LINK_INVALID', fields: [] });
  await first;
  expect(shown.at(-1)).toEqual({ isBusy: false });
});
