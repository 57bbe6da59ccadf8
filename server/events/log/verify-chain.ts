import type { AuditStatement } from '../../kernel/audit-statement.ts';
import { PersonalParts } from './personal-parts.ts';
import { GENESIS, hashedText, headLine, LineHash, sealLine } from './segment.ts';

/** A problem in an export, and its position. */
interface AuditFinding {
  /** Line of the file, from 1. The number of lines + 1 means the end. */
  readonly line: number;
  readonly kind: /** The line does not belong to an export. */
    | 'unreadable'
    /** The line differs from the sealed one. */
    | 'changed'
    /** A sealed line is missing: dropped or moved. */
    | 'missing'
    /** A line does not belong here: inserted, repeated or moved. */
    | 'inserted'
    /** The end is cut off. */
    | 'truncated'
    /** No known key verifies the signature. */
    | 'signature'
    /** The account or the position in the chain is not the expected one. */
    | 'unexpected';
  readonly message: string;
}

export interface AuditReport {
  /** True if everything is as it was sealed, from the first segment to the signed end. */
  readonly ok: boolean;
  readonly findings: readonly AuditFinding[];
  readonly account: string | undefined;
  readonly segments: number;
  readonly events: number;
  /** First segment of this export; above 1 if older segments were removed or left out. */
  readonly first: number | undefined;
  /** The signed end. Store it: {@link Expectations.known} then detects a later export that ends before it. */
  readonly head: { readonly number: number; readonly hash: string; readonly at: number } | undefined;
  /** Events lost before they could be sealed, as recorded in the chain. */
  readonly lost: number;
  /** Events whose address and user agent were erased with their user. */
  readonly erased: number;
}

/** Facts from outside the file, which the file cannot prove. */
export interface Expectations {
  readonly account?: string;
  /** A head from an earlier export. */
  readonly known?: KnownHead;
  /**
   * Trusted head of each account's chain. An export must contain it; up to it the hash chain is sufficient and no
   * signature is required, because the signing keys may be gone.
   */
  readonly trusted?: ReadonlyMap<string, KnownHead>;
}

interface KnownHead {
  readonly number: number;
  readonly hash: string;
}

/** Returns the statement in a compact JWS if its signature is valid, else undefined. */
export type OpenStatement = (jws: string) => Promise<AuditStatement | undefined>;

const MAX_FINDINGS = 100;

/**
 * Verifies an export line by line, in memory that grows only with the erased users. Detects every changed, dropped,
 * repeated, inserted or moved record and a cut-off end; docs/audit.md lists what no file can prove.
 */
export async function verifyChain(
  lines: AsyncIterable<string> | Iterable<string>,
  open: OpenStatement,
  expected: Expectations = {},
): Promise<AuditReport> {
  const check = new ChainCheck(open, expected);
  try {
    for await (const line of lines) await check.take(line);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    check.unreadable('the file is not UTF-8 from here on');
  }
  return check.end();
}

interface Open {
  readonly number: number;
  readonly previous: string;
  readonly records: number;
  readonly hash: LineHash;
  seen: number;
}

class ChainCheck {
  readonly #open: OpenStatement;
  readonly #expected: Expectations;
  readonly #findings: AuditFinding[] = [];
  /** Last sequence of each partition: an event sealed twice would go back. */
  readonly #sequences = new Map<string, number>();
  readonly #parts = new PersonalParts();
  #line = 0;
  #segment: Open | undefined;
  /** The last segment, as in the file. */
  #last: { number: number; hash: string } | undefined;
  #first: { number: number; previous: string } | undefined;
  #account: string | undefined;
  #head: AuditReport['head'];
  #ended = false;
  #knownSeen = false;
  #segments = 0;
  #events = 0;
  #lost = 0;

  constructor(open: OpenStatement, expected: Expectations) {
    this.#open = open;
    this.#expected = expected;
    this.#account = expected.account;
  }

  async take(line: string): Promise<void> {
    this.#line += 1;
    if (this.#ended) {
      this.#find('inserted', 'there is data after the signed end');
      return;
    }
    const parsed = parseLine(line);
    if (!parsed) {
      this.unreadable('this is no line of an export');
      return;
    }
    if ('segment' in parsed) this.#begin(line, parsed);
    else if ('seal' in parsed) await this.#seal(line, parsed);
    else if ('head' in parsed) await this.#end(line, parsed);
    else if ('id' in parsed) this.#record(line, parsed);
    else this.unreadable('this is no line of an export');
  }

  unreadable(message: string): void {
    this.#find('unreadable', message);
    // Any line belongs to the hash, so the seal will not match.
    this.#segment?.hash.add('');
  }

  end(): AuditReport {
    if (!this.#ended) {
      this.#line += 1;
      this.#find('truncated', 'the signed end is missing: something was cut off');
    }
    for (const line of this.#parts.unexplained()) {
      this.#find('missing', 'address and user agent are missing, and no erasure of their user follows', line);
    }
    const known = this.#known();
    if (known && !this.#knownSeen) {
      this.#find('unexpected', `segment ${known.number} with the hash that was seen before is not in this chain`);
    }
    return {
      ok: this.#findings.length === 0,
      findings: this.#findings,
      account: this.#account,
      segments: this.#segments,
      events: this.#events,
      first: this.#first?.number,
      head: this.#head,
      lost: this.#lost,
      erased: this.#parts.erased,
    };
  }

  #begin(line: string, { segment, account, previous, records }: Record<string, unknown>): void {
    if (this.#segment) this.#find('missing', `the seal of segment ${this.#segment.number} is missing`);
    if (typeof segment !== 'number' || typeof previous !== 'string' || typeof records !== 'number') {
      this.#segment = undefined;
      this.unreadable('this is no beginning of a segment');
      return;
    }
    this.#segment = { number: segment, previous, records, hash: new LineHash().add(line), seen: 0 };
    this.#ofAccount(account);
    if (!this.#last) {
      this.#first = { number: segment, previous };
      this.#meet(segment - 1, previous);
    } else if (segment !== this.#last.number + 1) {
      const [kind, what] =
        segment > this.#last.number ? (['missing', 'is missing'] as const) : (['inserted', 'goes back'] as const);
      this.#find(kind, `segment ${segment} follows segment ${this.#last.number}: the chain ${what}`);
    } else if (previous !== this.#last.hash) {
      this.#find('changed', `segment ${segment} does not continue segment ${this.#last.number} as it is here`);
    }
  }

  #record(line: string, { id, event, personal }: Record<string, unknown>): void {
    const segment = this.#segment;
    if (!segment) {
      this.#find('inserted', 'a record outside of any segment');
      return;
    }
    const hashed = hashedText(line, personal);
    segment.hash.add(hashed ?? line);
    segment.seen += 1;
    this.#events += 1;
    if (typeof event !== 'object' || event === null) {
      this.#find('changed', 'a record without an event');
      return;
    }
    const flaw =
      hashed === undefined ? 'the record is written differently' : this.#parts.take(this.#line, event, personal);
    if (flaw !== undefined) this.#find('changed', flaw);
    const lost = 'lost' in event ? lostSpan(event.lost) : undefined;
    if (lost) this.#lost += lost.to - lost.from + 1;
    const place = /^(?:lost-)?(\d+)-(\d+)$/.exec(String(id));
    if (!place) {
      this.#find('changed', 'a record without its number');
      return;
    }
    const [, partition = '', sequence] = place;
    const number = Number(sequence);
    if (number <= (this.#sequences.get(partition) ?? 0)) {
      this.#find('inserted', `event ${String(id)} is here twice, or too late`);
    }
    this.#sequences.set(partition, Math.max(number, this.#sequences.get(partition) ?? 0));
  }

  async #seal(line: string, { seal, hash, signature }: Record<string, unknown>): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!segment) {
      this.#find('inserted', 'a seal outside of any segment');
      return;
    }
    if (typeof seal !== 'number' || typeof hash !== 'string' || typeof signature !== 'string') {
      this.#find('changed', 'this is not the seal of a segment');
      return;
    }
    const { number } = segment;
    this.#segments += 1;
    this.#last = { number, hash };
    if (seal !== number) this.#find('changed', `the seal of segment ${seal} ends segment ${number}`);
    if (line !== sealLine({ number: seal, hash, signature })) this.#find('changed', 'the seal is written differently');
    if (segment.seen < segment.records) {
      this.#find('missing', `segment ${number} has ${segment.records} records, and ${segment.seen} are here`);
    } else if (segment.seen > segment.records) {
      this.#find('inserted', `segment ${number} has ${segment.records} records, and ${segment.seen} are here`);
    }
    if (segment.hash.digest() !== hash) this.#find('changed', `segment ${number} is not what was sealed`);
    if (number <= (this.#trusted()?.number ?? 0)) {
      this.#meet(number, hash);
      return;
    }
    const statement = await this.#open(signature);
    if (!statement) {
      this.#find('signature', `segment ${number} is not signed with any of the keys`);
      return;
    }
    const fits =
      statement.kind === 'segment' &&
      statement.number === number &&
      statement.hash === hash &&
      statement.account === this.#account;
    if (!fits) {
      this.#find('signature', `the signature of segment ${number} is of something else`);
      return;
    }
    this.#meet(number, hash);
  }

  async #end(line: string, { head }: Record<string, unknown>): Promise<void> {
    this.#ended = true;
    if (this.#segment) this.#find('missing', `the seal of segment ${this.#segment.number} is missing`);
    const statement = typeof head === 'string' ? await this.#open(head) : undefined;
    if (statement?.kind !== 'head' || typeof head !== 'string') {
      this.#find('signature', 'the end is not signed with any of the keys');
      return;
    }
    if (line !== headLine(head)) this.#find('changed', 'the end is written differently');
    this.#ofAccount(statement.account);
    this.#head = { number: statement.last, hash: statement.hash, at: statement.at };
    const first = this.#first ?? { number: statement.first, previous: statement.previous };
    const last = this.#last ?? { number: statement.first - 1, hash: statement.previous };
    if (first.number !== statement.first || first.previous !== statement.previous) {
      this.#find(
        'missing',
        `this export began with segment ${statement.first}, and here it begins with ${first.number}`,
      );
    }
    if (last.number !== statement.last || last.hash !== statement.hash) {
      this.#find('truncated', `this export ended with segment ${statement.last}, and here it ends with ${last.number}`);
    }
    if (statement.first === 1 && statement.previous !== GENESIS) this.#find('changed', 'the chain has no beginning');
    this.#first = first;
    this.#meet(statement.first - 1, statement.previous);
  }

  /** Checks that the chain contains the known head. */
  #meet(number: number, hash: string): void {
    const known = this.#known();
    if (known && known.number === number && known.hash === hash) this.#knownSeen = true;
  }

  #known(): KnownHead | undefined {
    return this.#expected.known ?? this.#trusted();
  }

  #trusted(): KnownHead | undefined {
    return this.#expected.trusted?.get(this.#account ?? '');
  }

  #ofAccount(account: unknown): void {
    if (typeof account !== 'string') {
      this.#find('changed', 'the account is missing');
      return;
    }
    this.#account ??= account;
    const isOther = account !== this.#account || this.#expected.trusted?.has(account) === false;
    if (isOther) this.#find('unexpected', `this is of account ${account}`);
  }

  #find(kind: AuditFinding['kind'], message: string, line = this.#line): void {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ line, kind, message });
  }
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function lostSpan(lost: unknown): { from: number; to: number } | undefined {
  if (typeof lost !== 'object' || lost === null || !('from' in lost) || !('to' in lost)) return undefined;
  const { from, to } = lost;
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : undefined;
}
