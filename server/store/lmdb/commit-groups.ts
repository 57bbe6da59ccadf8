import type { CommitOutcome } from '../../kernel/ports/store.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';

/** Runs an action in one child transaction; resolves when it is flushed, and rejects when none of it is stored. */
type Transact = <T>(action: () => T) => Promise<T>;

/**
 * Groups waiting changes into one transaction, in the order of arrival, since a transaction has a fixed cost. It never
 * delays a change to wait for more.
 */
export class CommitGroups {
  readonly #transact: Transact;
  readonly #apply: (changes: readonly PreparedChange[]) => CommitOutcome[];
  #waiting: PreparedChange[] = [];
  #next: Promise<(CommitOutcome | Promise<CommitOutcome>)[]> | undefined;

  constructor(transact: Transact, apply: (changes: readonly PreparedChange[]) => CommitOutcome[]) {
    this.#transact = transact;
    this.#apply = apply;
  }

  async commit(change: PreparedChange): Promise<CommitOutcome> {
    const at = this.#waiting.push(change) - 1;
    this.#next ??= this.#commitNext();
    const outcome = await (await this.#next)[at];
    if (outcome === undefined) throw new Error('a change was left out of its group');
    return outcome;
  }

  async #commitNext(): Promise<(CommitOutcome | Promise<CommitOutcome>)[]> {
    let group: PreparedChange[] | undefined;
    let applied = false;
    const close = () => {
      group = this.#waiting;
      [this.#waiting, this.#next] = [[], undefined];
      return group;
    };
    try {
      return await this.#transact(() => {
        const outcomes = this.#apply(close());
        applied = true;
        return outcomes;
      });
    } catch (error) {
      const hasBegun = group !== undefined;
      const changes = group ?? close();
      if (!hasBegun || applied || changes.length === 1) throw error;
      // One of them failed and rolled all back: run each in a transaction of its own.
      return changes.map((change) => this.#alone(change));
    }
  }

  async #alone(change: PreparedChange): Promise<CommitOutcome> {
    const [outcome] = await this.#transact(() => this.#apply([change]));
    if (outcome === undefined) throw new Error('a change was left out of its group');
    return outcome;
  }
}
