import { expect, test } from 'vitest';
import { archiveSegments } from '../server/events/archive-segments.ts';
import { DAY_MS } from '../server/kernel/time.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { openTemporaryArchive } from '../server/testing/temporary-archive.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

async function fill(terminal: Terminal, users: number): Promise<void> {
  for (let at = 0; at < users; at++) await terminal.type(['user', 'create', '--login', `user-${at}`]);
  await sealEvents(terminal.ports);
}

test('doctor says how long the maximum of events lets the audit log reach back, and when it begins', async () => {
  const terminal = await openTerminal('reach', {}, { eventRetention: { keptDays: 365, mostEvents: 10 } });
  try {
    await terminal.type(['account', 'create', '--name', 'Acme']);
    await sealEvents(terminal.ports);
    const doctor = () => terminal.type(['doctor']);
    const limit = 'audit events are kept for 365 days, at most 10 of an account\n';
    expect(await doctor()).toMatchObject({ code: 0, out: expect.stringContaining(limit) });
    expect((await doctor()).out).not.toContain('reach back');
    // Eight events in four days: ten are five days.
    await fill(terminal, 7);
    terminal.ports.clock.advance(4 * DAY_MS);
    expect(await doctor()).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /audit log of acc_\w+: will reach back 5 of 365 days, days left: 1; see COUNTERSIGN_EVENTS_KEPT\n/,
      ),
    });
    terminal.ports.clock.advance(400 * DAY_MS);
    expect((await doctor()).out).not.toContain('reach back');
  } finally {
    await terminal.close();
  }
});

test('doctor says so of a log that is in the archive too, and nothing where events are kept by time', async () => {
  const archive = await openTemporaryArchive();
  const byTime = { keptDays: 365, mostEvents: Number.POSITIVE_INFINITY };
  for (const [eventRetention, said] of [
    [byTime, undefined],
    [{ keptDays: 365, mostEvents: 4 }, 'will reach back 2 of 365 days, days left: 0'],
  ] as const) {
    const terminal = await openTerminal(`archived-${said}`, { archive }, { eventRetention });
    await terminal.type(['account', 'create', '--name', 'Acme']);
    await fill(terminal, 3);
    terminal.ports.clock.advance(2 * DAY_MS);
    expect(await archiveSegments(terminal.ports, archive)).toBe(1);
    const { out } = await terminal.type(['doctor']);
    if (said) expect(out).toContain(said);
    else expect(out).toMatch(/\naudit events are kept for 365 days\ncountry data/);
    await terminal.close();
  }
  await archive.delete();
});
