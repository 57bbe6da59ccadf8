import { expect, test } from 'vitest';
import { passwordAttemptsDocument } from '../server/passwords/documents.ts';
import { MAX_FAILURES_IN_A_ROW } from '../server/passwords/password-backoff.ts';
import { passwordDigest } from '../server/passwords/password-digest.ts';
import { newOperation } from '../server/store/transact.ts';
import { read } from '../server/testing/fixtures.ts';
import { userDocument } from '../server/users/documents.ts';
import { openTerminal } from './testing/terminal.ts';

// SR-15
test('shows that a password is locked after too many wrong ones, and lifts it', async () => {
  const terminal = await openTerminal('password lock');
  try {
    const { ports } = terminal;
    await terminal.type(['account', 'create', '--name', 'Acme']);
    await terminal.type(['user', 'create', '--login', 'ada', '--password-stdin'], 'correct horse battery\n');
    const shown = async () => (await terminal.type(['user', 'show', 'ada'])).out;
    expect(await shown()).not.toContain('passwordLocked');
    const { id } = JSON.parse((await terminal.type(['--json', 'user', 'show', 'ada'])).out);
    const credential = passwordDigest(await read(ports, userDocument.key(id)));
    const wrong = { failures: 1, lastFailureAt: ports.clock.now(), inRow: MAX_FAILURES_IN_A_ROW, credential };
    const key = passwordAttemptsDocument.key(id);
    const put = [{ key, value: wrong }];
    await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      now: ports.clock.now(),
      expect: [],
      put,
    });
    expect(await shown()).toMatch(/passwordLocked +true/);
    expect(await terminal.type(['user', 'update', 'ada', '--blocked', 'false'])).toMatchObject({ code: 0 });
    expect(await shown()).not.toContain('passwordLocked');
  } finally {
    await terminal.close();
  }
});
