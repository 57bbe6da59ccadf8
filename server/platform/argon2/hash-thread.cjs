'use strict';
// A thread that hashes passwords, one at a time; hash-threads.ts starts it. CommonJS, because it starts from the sources
// and from the build alike, without a loader.
const { createCipheriv, createHash, createHmac, pbkdf2Sync, scryptSync, timingSafeEqual } = require('node:crypto');
const { setPriority } = require('node:os');
const { parentPort, workerData } = require('node:worker_threads');

/** @type {Record<string, (job: any, password: Uint8Array) => boolean | string | Uint8Array>} the jobs of hash-threads.ts by kind */
const work = {
  argon2: ({ phc, setting }, password) =>
    require('@node-rs/argon2').verifySync(phc, setting === undefined ? password : crypt(setting, password)),
  'argon2-hash': ({ parameters }, password) => require('@node-rs/argon2').hashSync(password, parameters),
  'argon2-key': ({ parameters }, password) => {
    const { memoryKiB: memoryCost, iterations: timeCost, parallelism, salt, keyBytes: outputLen } = parameters;
    return require('@node-rs/argon2').hashRawSync(password, { memoryCost, timeCost, parallelism, salt, outputLen });
  },
  bcrypt: ({ text, over }, password) =>
    require('@node-rs/bcrypt').verifySync(over === undefined ? password : digestOf[over](password, text), text),
  crypt: ({ setting, hash }, password) => timingSafeEqual(Buffer.from(crypt(setting, password)), Buffer.from(hash)),
  pbkdf2: ({ salt, iterations, hash, algorithm }, password) =>
    timingSafeEqual(pbkdf2Sync(password, salt, iterations, hash.length, algorithm), hash),
  scrypt: (job, password) => timingSafeEqual(deriveScrypt(job, password, job.hash.length), job.hash),
  'firebase-scrypt': (job, password) => {
    const cipher = createCipheriv('aes-256-ctr', deriveScrypt(job, password, 32), Buffer.alloc(16));
    return timingSafeEqual(cipher.update(Buffer.alloc(job.hash.length)), job.hash);
  },
};

/** What bcrypt hashes in place of the password. */
const digestOf = {
  sha256: (password) => createHash('sha256').update(password).digest('hex'),
  // passlib's first version, and its second, whose key is the salt.
  'sha256-base64': (password) => createHash('sha256').update(password).digest('base64'),
  'hmac-sha256': (password, text) => createHmac('sha256', text.slice(7, 29)).update(password).digest('base64'),
  // As of WordPress 6.8.
  wordpress: (password) => createHmac('sha384', 'wp-sha384').update(password).digest('base64'),
};

function deriveScrypt({ salt, cost, blockSize, parallelism }, password, length) {
  // OpenSSL needs slightly more than the formula; the parameters were bounded when the hash was parsed.
  const maxmem = 128 * blockSize * (cost + parallelism + 2) + 2 ** 20;
  return scryptSync(password, salt, length, { cost, blockSize, parallelization: parallelism, maxmem });
}

lowerPriority();
parentPort.on('message', ({ job, password }) => parentPort.postMessage(answer(job, password)));

function answer(job, password) {
  try {
    return { result: work[job.kind](job, password) };
  } catch (error) {
    return { error: String(error) };
  } finally {
    // These bytes are the only copy in this thread.
    password.fill(0);
  }
}

/**
 * Below the event loop, so that a flood of passwords delays neither codes nor health checks (SR-20). At 10, hashes that
 * share one core with it still get a tenth; costly imported ones get what is left of that (SR-78).
 */
function lowerPriority() {
  // Linux counts the priority by thread, other systems by process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(workerData.nice);
  } catch {
    // A sandbox may forbid it: then hashes and event loop share the cores equally.
  }
}

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The hash of a password under a setting that crypt-text.ts has accepted. */
function crypt(setting, password) {
  const [before, scheme, ...rest] = setting.split('$');
  if (scheme === '5' || scheme === '6') return shaCrypt(scheme === '5' ? SHA256 : SHA512, rest, password);
  const [start = ''] = rest;
  const algorithm = scheme === 'S' ? 'sha512' : 'md5';
  const digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest();
  const key = before === 'U' ? Buffer.from(createHash('md5').update(password).digest('hex')) : password;
  let hash = digest(start.slice(1, 9), key);
  for (let left = 2 ** DIGITS.indexOf(start[0]); left > 0; left -= 1) hash = digest(hash, key);
  const text = [...Array(Math.ceil(hash.length / 3)).keys()]
    .map((at) => [...hash.subarray(3 * at, 3 * at + 3)])
    .map(([low, middle = 0, high = 0], at) => digits(high, middle, low, Math.min(4, hash.length - 3 * at + 1)))
    .join('');
  return scheme === 'S' ? text.slice(0, 43) : text;
}

/** The order of the bytes in the text: the first three, how the next follow, and the last. */
const SHA256 = { algorithm: 'sha256', first: [0, 10, 20], next: ([a, b, c]) => [c + 1, a + 1, b + 1], groups: 10 };
const SHA512 = { algorithm: 'sha512', first: [0, 21, 42], next: ([a, b, c]) => [b + 1, c + 1, a + 1], groups: 21 };

/** https://www.akkadia.org/drepper/SHA-crypt.txt, whose steps the comments count. */
function shaCrypt({ algorithm, first, next, groups }, [cost, ...more], key) {
  const [, rounds = '5000'] = /^rounds=(\d+)$/.exec(cost) ?? [];
  const salt = Buffer.from(more.length > 1 ? more[0] : cost);
  const digest = (parts) => parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest();
  // 4 to 12.
  const b = digest([key, salt, key]);
  const bits = [];
  for (let left = key.length; left > 0; left >>= 1) bits.push(left & 1 ? b : key);
  let a = digest([key, salt, stretch(b, key.length), ...bits]);
  // 13 to 20.
  const p = stretch(digest(Array(key.length).fill(key)), key.length);
  const s = stretch(digest(Array(16 + a[0]).fill(salt)), salt.length);
  // 21.
  for (let round = 0; round < Number(rounds); round += 1) {
    const odd = round % 2 === 1;
    a = digest([odd ? p : a, round % 3 ? s : '', round % 7 ? p : '', odd ? a : p]);
  }
  // 22.
  let text = '';
  for (let at = first, group = 0; group < groups; group += 1, at = next(at)) {
    text += digits(a[at[0]], a[at[1]], a[at[2]], 4);
  }
  return text + (algorithm === 'sha256' ? digits(0, a[31], a[30], 3) : digits(0, 0, a[63], 2));
}

function stretch(block, length) {
  return Buffer.concat(Array(Math.ceil(length / block.length)).fill(block)).subarray(0, length);
}

/** 24 bits as base-64 digits, the lowest first. */
function digits(high, middle, low, count) {
  let bits = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let left = count; left > 0; left -= 1, bits >>= 6) text += DIGITS[bits & 63];
  return text;
}
