import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import { feedLine } from '../../events/feed/feed-line.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { accountId } from '../../testing/samples.ts';
import { START } from '../../testing/test-ports.ts';
import { octetCounted, syslogMessage } from './syslog-message.ts';

const event: AccountEvent = {
  type: 'administrator.password-reset-asked',
  at: START,
  account: accountId(1),
  actor: { kind: 'operator' },
  outcome: 'refused',
};
const lineOf = (userAgent: string) =>
  feedLine({ account: accountId(1), number: 1 }, { id: '0-1', event: { ...event, userAgent } });

/** RFC 5424 6, with the nil structured data and MSG-ANY. */
const GRAMMAR =
  /^<(?:0|[1-9]\d{0,2})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z (?:-|[\x21-\x7e]{1,255}) [\x21-\x7e]{1,48} [\x21-\x7e]{1,128} [\x21-\x7e]{1,32} - ([\x20-\x7e]+)$/;

/** The texts of a stream of frames, as a receiver reads them. */
function readFrames(stream: string): string[] {
  const texts: string[] = [];
  for (let rest = stream; rest !== ''; ) {
    const length = /^[1-9]\d* /.exec(rest)?.[0] ?? '';
    if (length === '') throw new Error(`no frame: ${rest.slice(0, 20)}`);
    texts.push(rest.slice(length.length, length.length + Number(length)));
    rest = rest.slice(length.length + Number(length));
  }
  return texts;
}

test('has authpriv.notice for what was refused, authpriv.info otherwise, and the time of the event', () => {
  const origin = { host: 'auth1', processId: 7 };
  const start = (outcome: AccountEvent['outcome']) =>
    syslogMessage({ text: '{}', at: START, outcome }, origin).replace(' {}', '');
  expect(start('refused')).toBe('<85>1 2027-01-15T08:00:00.000Z auth1 countersign 7 audit -');
  expect(start('granted')).toBe('<86>1 2027-01-15T08:00:00.000Z auth1 countersign 7 audit -');
});

// SR-36. The attack: a name with line feeds, lengths and priorities begins a message of its own.
test('no text that a client chose leaves its message', () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), text, (agents, host) => {
      const hostile = agents.map((agent) => `${agent}\n99 <0>1 - - - - - - ${agent}`);
      const messages = hostile.map((agent) => syslogMessage(lineOf(agent), { host, processId: 7 }));
      const received = readFrames(messages.map(octetCounted).join(''));
      expect(received).toEqual(messages);
      const parsed = received.map((message) => JSON.parse(GRAMMAR.exec(message)?.[1] ?? 'null'));
      expect(parsed.map(({ userAgent }) => userAgent)).toEqual(hostile);
    }),
  );
});
