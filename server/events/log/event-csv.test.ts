import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import { sampleEvent } from '../../testing/event-stream.ts';
import { csvHeader, csvRow } from './event-csv.ts';

const withAgent = (userAgent: string) => csvRow({ id: '0-1', event: { ...sampleEvent(2), userAgent } });

/** Parses one row of RFC 4180 as we write it. */
function cellsOf(row: string): string[] {
  const cells = row.slice(0, -2).match(/(?:^|,)(?:"(?:[^"]|"")*"|)/g) ?? [];
  return cells.map((cell) => cell.replace(/^,/, '').replace(/^"|"$/g, '').replaceAll('""', '"'));
}
const agentAt = cellsOf(csvHeader()).indexOf('user agent');

describe('a table of events', () => {
  test('has a cell for each column, whatever the values', () => {
    const columns = cellsOf(csvHeader()).length;
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (agent) => {
        const cells = cellsOf(withAgent(agent));
        expect(cells).toHaveLength(columns);
        expect([agent, `'${agent}`]).toContain(cells[agentAt]);
      }),
    );
  });

  // SR-34: a spreadsheet would evaluate an attacker's user agent as a formula.
  test.each(['=HYPERLINK("https://evil.example")', ' =1', '＝1+1', '|calc'])('writes %j as text', (agent) => {
    expect(cellsOf(withAgent(agent))[agentAt]).toBe(`'${agent}`);
  });

  test('leaves plain text unchanged', () => {
    expect(cellsOf(withAgent('Mozilla/5.0 (X11) "quoted", 1=1'))[agentAt]).toBe('Mozilla/5.0 (X11) "quoted", 1=1');
  });
});
