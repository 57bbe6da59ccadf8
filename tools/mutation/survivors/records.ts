import type { ExplainedSurvivor } from '../score.ts';

const STRYKER_TEXT = '"Stryker was here!"';

/** In the store and in the log of events. */
export const RECORD_SURVIVORS: readonly ExplainedSurvivor[] = [
  {
    file: 'server/store/catalogue.ts',
    line: "const kindOf = (name: string): string => name.split('/', 1)[0] ?? '';",
    replacement: STRYKER_TEXT,
    reason: 'A text that is split has a first part: the default is there for the compiler and never counts.',
  },
  {
    file: 'server/store/redis/replica-barrier.ts',
    line: "if (outcome?.status !== 'fulfilled') {",
    replacement: 'outcome.status',
    reason: 'There is one outcome for each write: the question mark is there for the compiler.',
  },
  {
    file: 'server/store/redis/replica-barrier.ts',
    line: 'if (isMoved(outcome?.reason)) homes.delete(home);',
    replacement: 'outcome.reason',
    reason: 'There is one outcome for each write: the question mark is there for the compiler.',
  },
  {
    file: 'server/store/redis/replica-barrier.ts',
    line: 'reject(outcome?.reason);',
    replacement: 'outcome.reason',
    reason: 'There is one outcome for each write: the question mark is there for the compiler.',
  },
  {
    file: 'server/events/statistics/day-counters.ts',
    line: 'if (!/^\\d{4}-\\d{2}-\\d{2}$/.test(day)) return undefined;',
    replacement: '/\\d{4}-\\d{2}-\\d{2}$/',
    reason: 'The day must be written back as it was given, and that has ten characters.',
  },
  {
    file: 'server/events/statistics/day-counters.ts',
    line: 'if (!/^\\d{4}-\\d{2}-\\d{2}$/.test(day)) return undefined;',
    replacement: '/^\\d{4}-\\d{2}-\\d{2}/',
    reason: 'The day must be written back as it was given, and that has ten characters.',
  },
  {
    file: 'server/events/statistics/distinct-users.ts',
    line: 'const rank = bits === 0 ? RANK_BITS + 1 : RANK_BITS - Math.floor(Math.log2(bits));',
    replacement: 'false',
    reason: 'No number is known whose hash has forty zeros there.',
  },
  {
    file: 'server/events/statistics/distinct-users.ts',
    line: 'const rank = bits === 0 ? RANK_BITS + 1 : RANK_BITS - Math.floor(Math.log2(bits));',
    replacement: 'RANK_BITS - 1',
    reason: 'No number is known whose hash has forty zeros there.',
  },
  {
    file: 'server/events/log/verify-chain.ts',
    line: "const [, partition = '', sequence] = place;",
    replacement: STRYKER_TEXT,
    reason: 'The pattern has matched: the default is there for the compiler.',
  },
  {
    file: 'server/events/log/verify-chain.ts',
    line: "return this.#expected.trusted?.get(this.#account ?? '');",
    replacement: STRYKER_TEXT,
    reason: 'No account has that name either.',
  },
  {
    file: 'server/events/log/verify-chain.ts',
    line: "this.#segment?.hash.add('');",
    replacement: STRYKER_TEXT,
    reason: 'Any line makes the hash another.',
  },
  {
    file: 'server/events/log/verify-chain.ts',
    line: "if (statement?.kind !== 'head' || typeof head !== 'string') {",
    replacement: 'false',
    reason: 'Only a text is opened: it is asked for because the compiler wants it.',
  },
  {
    file: 'server/events/log/verify-chain.ts',
    line: '} catch {',
    replacement: '{}',
    reason: 'Undefined is what a function without a return gives.',
  },
  {
    file: 'server/events/log/merge-in-time.ts',
    line: 'if (lists.length <= 1) return only;',
    replacement: 'false',
    reason: 'It saves the sort of a single list, which has its order.',
  },
  {
    file: 'server/events/log/merge-in-time.ts',
    line: 'if (lists.length <= 1) return only;',
    replacement: 'lists.length < 1',
    reason: 'It saves the sort of a single list, which has its order.',
  },
  {
    file: 'server/events/consume-by-account.ts',
    line: "if (outcome === 'committed' && isLast) return;",
    replacement: 'false',
    reason: 'The next turn finds nothing fresh and ends: this saves a read.',
  },
  {
    file: 'server/events/consume-by-account.ts',
    line: "if (outcome === 'committed' && isLast) return;",
    replacement: '""',
    reason: 'The next turn finds nothing fresh and ends: this saves a read.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: '{ stopping = () => false, batchSize = BATCH_SIZE }: ConsumeOptions = {},',
    replacement: '() => undefined',
    reason: 'Undefined does not stop it either.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'if (more && failures.size < consumers.length && !(await stopping())) continue;',
    replacement: 'true',
    reason: 'It saves a read that finds nothing.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'if (more && failures.size < consumers.length && !(await stopping())) continue;',
    replacement: 'failures.size <= consumers.length',
    reason: 'Without a consumer nothing is read, and then there is no more.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'if (!first || !last) continue;',
    replacement: '!first && !last',
    reason: 'A list has both or none.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'parsed += 1;',
    replacement: 'parsed -= 1',
    reason: 'Only its remainder counts, which is 0 as often.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'if (parsed % PARSED_PER_TURN === 0) await yieldToEventLoop();',
    replacement: 'true',
    reason: 'More turns than needed only let more requests run in between.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: 'if (parsed % PARSED_PER_TURN === 0) await yieldToEventLoop();',
    replacement: 'parsed % PARSED_PER_TURN !== 0',
    reason: 'More turns than needed only let more requests run in between.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: "if (outcome?.status === 'rejected') failures.set(consumer, outcome.reason);",
    replacement: 'outcome.status',
    reason: 'There is one outcome for each consumer: the question mark is there for the compiler.',
  },
  {
    file: 'server/events/consume-events.ts',
    line: "return outcome?.status === 'fulfilled';",
    replacement: 'outcome.status',
    reason: 'There is one outcome for each consumer: the question mark is there for the compiler.',
  },
  {
    file: 'server/events/consume-by-account.ts',
    line: 'let waiting = byAccount.get(account) ?? [];',
    replacement: '["Stryker was here"]',
    reason: 'What has no number is not after the cursor, so the filter drops it.',
  },
  {
    file: 'server/store/lmdb/noted-changes.ts',
    line: 'const last = pieces.length === PIECES ? pieces.at(-1)?.key.readUIntBE(0, 6) : undefined;',
    replacement: 'pieces.at(-1).key',
    reason: 'A hundred pieces have a last one: the question mark is there for the compiler.',
  },
  {
    file: 'server/store/lmdb/noted-changes.ts',
    line: 'if (noted) tables().main.put(STATE_KEY, encodeState(state));',
    replacement: 'true',
    reason: 'Without notes it would write the state as it is.',
  },
];
