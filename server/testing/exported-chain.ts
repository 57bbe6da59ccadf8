import { withoutPersonalData } from '../events/log/personal-part.ts';
import {
  type AuditRecord,
  contentLines,
  GENESIS,
  headLine,
  LineHash,
  type Segment,
  type SegmentContent,
  sealLine,
} from '../events/log/segment.ts';
import { type Expectations, verifyChain } from '../events/log/verify-chain.ts';
import type { AuditStatement } from '../kernel/audit-statement.ts';
import { sampleEvent } from './event-stream.ts';
import { accountId } from './samples.ts';

/** A chain with a given number of records per segment; its signatures are looked up instead of computed. */
export class ExportedChain {
  readonly said = new Map<string, AuditStatement>();
  readonly segments: Segment[] = [];

  /** @param given the records of each segment. Default: samples. */
  constructor(sizes: readonly number[], account = accountId(1), given: readonly (readonly AuditRecord[])[] = []) {
    let sequence = 0;
    for (const [at, size] of sizes.entries()) {
      const records =
        given[at] ??
        Array.from({ length: size }, (): AuditRecord => {
          sequence += 1;
          return { id: `0-${sequence}`, event: { ...sampleEvent(sequence), account } };
        });
      const previous = this.segments.at(-1)?.hash ?? GENESIS;
      const content = { account, number: at + 1, previous, sealedAt: 1000 + at, records };
      const hash = hashOf(content);
      const signature = this.sign({ kind: 'segment', account, number: at + 1, hash });
      this.segments.push({ ...content, hash, signature });
    }
  }

  /** Removes the personal parts of a user. */
  erase(user: string): void {
    for (const [at, segment] of this.segments.entries()) {
      const records = withoutPersonalData(segment.records, user);
      if (records) this.segments[at] = { ...segment, records };
    }
  }

  sign(statement: AuditStatement): string {
    const jws = Buffer.from(JSON.stringify(statement)).toString('base64url');
    this.said.set(jws, statement);
    return jws;
  }

  export(first = 1, last = this.segments.length): string[] {
    const shown = this.segments.slice(first - 1, last);
    const previous = this.segments[first - 2]?.hash ?? GENESIS;
    const hash = shown.at(-1)?.hash ?? previous;
    const account = this.segments[0]?.account ?? accountId(1);
    const head = this.sign({ kind: 'head', account, first, previous, last, hash, at: 5000 });
    return [...shown.flatMap((segment) => [...contentLines(segment), sealLine(segment)]), headLine(head)];
  }

  verify(lines: readonly string[], expected?: Expectations) {
    return verifyChain(lines, async (jws) => this.said.get(jws), expected);
  }
}

/** Of the lines that an export prints. */
export function hashOf(content: SegmentContent): string {
  const hash = new LineHash();
  const records = content.records.map(({ personal: _, ...hashed }) => hashed);
  for (const line of contentLines({ ...content, records })) hash.add(line);
  return hash.digest();
}
