import { expect, test } from 'vitest';
import { accountDocument } from '../server/accounts/documents.ts';
import { archiveSegments } from '../server/events/archive-segments.ts';
import { DAY_MS } from '../server/kernel/time.ts';
import { addActive, addAdministrator, addPasskey } from '../server/testing/administrators.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { createFixture, overwrite } from '../server/testing/fixtures.ts';
import { openTemporaryArchive } from '../server/testing/temporary-archive.ts';
import { START } from '../server/testing/test-ports.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

const CERTIFICATE = { startsAt: START - 60 * DAY_MS, expiresAt: START + 30 * DAY_MS, isRenewalRefused: false };
const END = new Date(CERTIFICATE.expiresAt).toISOString();

test('doctor warns of a certificate that expires soon, and fails when it has expired or its renewal is refused', async () => {
  let certificate = CERTIFICATE;
  const terminal = await openTerminal('certificate', {}, { certificate: () => certificate });
  try {
    const after = async (days: number) => {
      terminal.ports.clock.advance(days * DAY_MS);
      const { code, out } = await terminal.type(['doctor']);
      return [code, ...out.split('\n').filter((line) => line.includes('certificate'))];
    };
    const left = `certificate of the listener expires at ${END}, days left:`;
    expect(await after(0)).toEqual([0, `${left} 30`]);
    expect(await after(20)).toEqual([0, `warning: ${left} 10; find out why it has not been renewed`]);
    certificate = { ...CERTIFICATE, isRenewalRefused: true };
    expect(await after(0)).toEqual([
      4,
      `warning: ${left} 10; find out why it has not been renewed`,
      'failure: the new certificate in the files cannot be used: see the log',
    ]);
    certificate = CERTIFICATE;
    expect(await after(10)).toEqual([
      4,
      `failure: certificate of the listener expired at ${END}: browsers and backends refuse it`,
    ]);
  } finally {
    await terminal.close();
  }
});

test('doctor says nothing of a certificate where a proxy has it', async () => {
  const terminal = await openTerminal('no-certificate');
  expect((await terminal.type(['doctor'])).out).not.toContain('certificate');
  await terminal.close();
});

test('SR-81: doctor names the administrators whom only the operator can let in, where a passkey is required', async () => {
  const terminal = await openTerminal('without-passkey');
  try {
    const { ports } = terminal;
    const scene = await createFixture(ports);
    const ada = await addAdministrator(ports, scene.account, { email: 'ada@acme.example', superuser: true });
    const bob = await addAdministrator(ports, scene.account, { email: 'bob@acme.example' });
    await addActive(ports, scene.account, { email: 'eve@acme.example' });
    await addPasskey(ports, ada);
    expect((await terminal.type(['doctor'])).out).not.toContain('passkey');
    await overwrite(ports, accountDocument.key(scene.account), { administratorFactors: 'passkey' });
    const { out } = await terminal.type(['doctor']);
    const warning = `warning: bob@acme.example (${bob.id} of ${scene.account}) has no passkey`;
    expect(out.split('\n').filter((line) => line.includes('passkey'))).toEqual([expect.stringContaining(warning)]);
  } finally {
    await terminal.close();
  }
});

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
