'use strict';
// A thread that hashes passwords, one at a time; hash-threads.ts starts it. CommonJS, because it starts from the sources
// and from the build alike, without a loader.
const { createHash, pbkdf2Sync, scryptSync, timingSafeEqual } = require('node:crypto');
const { setPriority } = require('node:os');
const { parentPort } = require('node:worker_threads');

/**
 * Below the event loop, so that a flood of passwords delays neither codes nor health checks (SR-20). Not the lowest:
 * where both share one core, hashes still get a tenth of it.
 */
const NICE = 10;

/** @type {Record<string, (job: any, password: Uint8Array) => boolean | string>} the jobs of hash-threads.ts by kind */
const work = {
  argon2: ({ phc }, password) => require('@node-rs/argon2').verifySync(phc, password),
  'argon2-hash': ({ parameters }, password) => require('@node-rs/argon2').hashSync(password, parameters),
  bcrypt: ({ text, digestFirst }, password) =>
    require('@node-rs/bcrypt').verifySync(digestFirst ? sha256Hex(password) : password, text),
  pbkdf2: ({ salt, iterations, hash, algorithm }, password) =>
    timingSafeEqual(pbkdf2Sync(password, salt, iterations, hash.length, algorithm), hash),
  scrypt: ({ salt, hash, cost, blockSize, parallelism }, password) => {
    // OpenSSL needs slightly more than the formula; the parameters were bounded when the hash was parsed.
    const maxmem = 128 * blockSize * (cost + parallelism + 2) + 2 ** 20;
    const options = { cost, blockSize, parallelization: parallelism, maxmem };
    return timingSafeEqual(scryptSync(password, salt, hash.length, options), hash);
  },
};

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

function lowerPriority() {
  // Linux counts the priority by thread, other systems by process.
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICE);
  } catch {
    // A sandbox may forbid it: then hashes and event loop share the cores equally.
  }
}

function sha256Hex(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
