import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { judgeBarrier, ReplicaBarrier } from './replica-barrier.ts';
import type { Command, ReplyKind } from './writer.ts';

const count = fc.nat(3);

// SR-7
test('confirms only what every online replica and the primary flushed, with as many replicas as required', () => {
  fc.assert(
    fc.property(count, count, fc.nat(1), count, count, fc.integer({ min: 1, max: 3 }), (...numbers) => {
      const [asked, received, flushedHere, flushed, online, replicas] = numbers;
      const verdict = judgeBarrier({ asked, received, flushedHere, flushed, online }, replicas);
      const isSafe = online >= replicas && received >= online && flushed >= online && flushedHere === 1;
      expect(verdict === 'confirmed').toBe(isSafe);
    }),
  );
});

test.each([
  ['received', { received: 0 }],
  ['flushed', { flushed: 0 }],
])('SR-7: a replica that has not %s a change confirms nothing', (_, changes) => {
  const replies = { asked: 1, received: 1, flushedHere: 1, flushed: 1, online: 1 };
  expect(judgeBarrier(replies, 1)).toBe('confirmed');
  expect(judgeBarrier({ ...replies, ...changes }, 1)).toHaveProperty('reason');
});

test('asks again if a replica came online meanwhile', () => {
  const replies = { asked: 1, received: 1, flushedHere: 1, flushed: 1, online: 2 };
  expect(judgeBarrier(replies, 1)).toBe('more');
  expect(judgeBarrier({ ...replies, asked: 2 }, 1)).toEqual({
    reason: 'replicas online: 2, of which 1 received the change and 1 flushed it',
  });
});

/** By default with one replica, which confirms everything. Records what it is sent. */
class FakePrimary extends EventEmitter {
  status = 'ready';
  name = 'master';
  online = 1;
  /** Replicas that receive and flush what they are asked for. */
  confirming = 1;
  flushed = 1;
  /** What a write is answered. */
  fails: Error | undefined;
  readonly sent: string[] = [];

  #record(...words: unknown[]) {
    this.sent.push(words.join(' '));
  }
  async role() {
    this.#record('ROLE');
    return [this.name, 0, Array.from({ length: this.online }, () => ['127.0.0.1', '6380', '0'])];
  }
  async wait(replicas: number, timeoutMs: number) {
    this.#record('WAIT', replicas, timeoutMs);
    return this.confirming;
  }
  async call(name: string, ...args: unknown[]): Promise<unknown> {
    this.#record(name, ...args);
    if (name === 'WAITAOF') return [this.flushed, this.confirming];
    if (this.fails) throw this.fails;
    return args[0] ?? 7;
  }
  callBuffer(name: string, ...args: unknown[]): Promise<unknown> {
    return this.call(name, ...args);
  }
  async asking() {
    this.#record('ASKING');
    throw new Error('not a cluster');
  }
  async connect() {
    this.status = 'ready';
    this.#record('connect');
  }
  disconnect() {
    this.#record('disconnect');
  }
}

const BARRIER = ['WAIT 1 100', 'WAITAOF 1 1 100', 'ROLE'];
const CONFIRM = 'confirm cs:{p0}: 7';

function open(changes: Partial<FakePrimary> = {}) {
  const primary = Object.assign(new FakePrimary(), changes);
  const barrier = new ReplicaBarrier(primary as unknown as Redis, {
    replicas: 1,
    timeoutMs: 100,
    encodeConfirmed: (versions) => [['confirm', ...[...versions].flat()]],
  });
  const firsts: boolean[] = [];
  const write = (isAsking?: boolean, home = 'cs:{p0}:', reply?: number) => {
    const encode = (isFirst: boolean): Command => {
      firsts.push(isFirst);
      return ['fcall', ...(reply === undefined ? [] : [reply])];
    };
    return barrier.write(home, encode, 'commit', isAsking);
  };
  /** What was sent since the last call. */
  const sent = () => primary.sent.splice(0);
  return { primary, barrier, write, firsts, sent };
}

// SR-7 The attack: two failovers, there and back, that leave the connection open. The other primary used versions.
test('skips versions again on a primary that was replaced meanwhile and took over again', async () => {
  const { primary, write, firsts } = open();
  await write();
  await write();
  primary.fails = new Error('MOVED 1 127.0.0.1:6381');
  await expect(write()).rejects.toThrow('MOVED');
  primary.fails = undefined;
  await write();
  expect(firsts).toEqual([true, false, false, true]);
});

test('only a commit is a first one, and a refusal of another kind changes nothing', async () => {
  const { primary, write, firsts, sent } = open();
  expect(await write(false, 'a', 0)).toBe(0);
  expect(await write(false, 'a')).toBe(7);
  primary.fails = new Error('ERR not MOVED ');
  await expect(write(false, 'a')).rejects.toThrow('ERR');
  primary.fails = undefined;
  await write(false, 'a');
  await write(false, 'b');
  expect(firsts).toEqual([true, true, false, false, true]);
  primary.emit('close');
  sent();
  await write(false, 'a');
  expect(firsts.at(-1)).toBe(true);
  // Replicas may be gone meanwhile.
  expect(sent().slice(0, 2)).toEqual(['ROLE', 'fcall']);
});

test('writes of a turn share one barrier, and those that arrive while it waits share the next', async () => {
  const { write, sent } = open();
  const first = [write(), write()];
  const later = first[0]?.then(() => [write(), write()]);
  await Promise.all(first);
  expect(sent()).toEqual(['ROLE', 'fcall', 'fcall', ...BARRIER, CONFIRM]);
  await Promise.all((await later) ?? []);
  expect(sent()).toEqual(['fcall', 'fcall', ...BARRIER, CONFIRM]);
});

// SR-79 The attack: a change that no replica has is noted as confirmed, and read.
test('SR-79: notes the last version of each partition as confirmed, and only once the barrier passed', async () => {
  const { primary, barrier, write, sent } = open();
  await Promise.all([write(false, 'a', 4), write(false, 'a', 5), write(false, 'b', 3), write(false, 'c', 0)]);
  expect(sent().at(-1)).toBe('confirm a 5 b 3');
  primary.confirming = 0;
  await expect(write(false, 'a', 6)).rejects.toThrow('of which 0 received');
  expect(sent().at(-1)).toBe('ROLE');
  primary.confirming = 1;
  // A read tells which commit it came after. It is none, so the next one still skips versions.
  const read = (kind: ReplyKind) => barrier.write('d', () => ['fcall', ['9', 'text']] as unknown as Command, kind);
  expect(await Promise.all([read('read'), read('read-bytes')])).toHaveLength(2);
  expect(sent().at(-1)).toBe('confirm d 9');
  const probe = await barrier.write('d', (isFirst) => ['fcall', String(isFirst)]);
  expect(probe).toBe('true');
  expect(sent().at(-1)).toBe('ROLE');
});

test('SR-79: a note that fails changes nothing', async () => {
  const { primary, write } = open();
  const call = primary.call.bind(primary);
  primary.call = async (name, ...args) => {
    if (name === 'confirm') throw new Error('MOVED 1 127.0.0.1:6381');
    return call(name, ...args);
  };
  expect(await write()).toBe(7);
  expect(await write()).toBe(7);
});

// SR-7 The attack: a failover to a replica that never had the write.
test.each<[string, Partial<FakePrimary>, string]>([
  ['a replica', { confirming: 0 }, 'replicas online: 1, of which 0 received the change and 0 flushed it'],
  ['the primary', { flushed: 0 }, 'the primary did not flush the change'],
])('refuses a write that %s did not flush, and checks before the next one', async (_, changes, reason) => {
  const { primary, write, sent } = open(changes);
  await expect(write()).rejects.toMatchObject({ code: 'WRITE_UNCONFIRMED', message: reason });
  sent();
  primary.online = 0;
  await expect(write()).rejects.toMatchObject({
    code: 'WRITE_UNCONFIRMED',
    message: 'replicas online: 0, and 1 must confirm each change',
  });
  expect(sent()).toEqual(['ROLE']);
  Object.assign(primary, { online: 1, confirming: 1, flushed: 1 });
  expect(await write()).toBe(7);
});

test('SR-3: refuses a write whose barrier fails, and does not check before each write that went well', async () => {
  const { primary, write, sent } = open();
  await write();
  sent();
  primary.wait = () => Promise.reject(new Error('timeout'));
  await expect(write()).rejects.toMatchObject({ code: 'WRITE_UNCONFIRMED', message: 'Error: timeout' });
  expect(sent()[0]).toBe('fcall');
});

test('asks for every replica that came online, and for fewer when one is gone', async () => {
  const { primary, write, sent } = open({ online: 2, confirming: 1 });
  primary.wait = async (replicas) => {
    primary.confirming = replicas;
    primary.sent.push(`WAIT ${replicas}`);
    return replicas;
  };
  await write();
  expect(sent().filter((line) => line.startsWith('WAIT '))).toEqual(['WAIT 1', 'WAIT 2']);
  primary.online = 1;
  await write();
  await write();
  expect(sent().filter((line) => line.startsWith('WAIT '))).toEqual(['WAIT 2', 'WAIT 1']);
});

test('a server that is no primary refuses the write itself', async () => {
  const { write, sent } = open({ name: 'slave', fails: new Error('READONLY') });
  await expect(write()).rejects.toThrow('READONLY');
  expect(sent()).toContain('fcall');
  // Its replicas are not those of a primary.
  await expect(open({ name: 'slave' }).write()).rejects.toThrow('replicas online: 0');
});

test('asks a node that imports the partition only if it has to', async () => {
  const { write, sent } = open();
  await write(true);
  expect(sent()).toEqual(['ROLE', 'ASKING', 'fcall', ...BARRIER, CONFIRM]);
});

describe('the connection', () => {
  test('is opened by the first write', async () => {
    const { write, sent } = open({ status: 'wait' });
    expect(await write()).toBe(7);
    expect(sent().slice(0, 2)).toEqual(['connect', 'ROLE']);
  });

  test('that was ended refuses at once', async () => {
    const { write, sent } = open({ status: 'end' });
    await expect(write()).rejects.toThrow('Connection is closed.');
    expect(sent()).toEqual([]);
  });

  test.each([
    ['ready', 7],
    ['close', 'Connection is closed.'],
  ])('that is being opened is awaited until it is: %s', async (event, outcome) => {
    const { primary, write } = open({ status: 'connecting' });
    const written = write().catch((error: Error) => error.message);
    await expect.poll(() => primary.listenerCount('ready')).toBe(1);
    primary.emit(event);
    expect(await written).toBe(outcome);
    expect([primary.listenerCount('ready'), primary.listenerCount('close')]).toEqual([0, 1]);
  });

  test('survives an error, and is closed with the store', () => {
    const { primary, barrier, sent } = open();
    primary.emit('error', new Error('ECONNRESET'));
    barrier.close();
    expect(sent()).toEqual(['disconnect']);
  });
});
