import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type BuiltService,
  ensureBuilt,
  makePlace,
  type Place,
  serve,
  setUp,
} from '../../docs/testing/built-service.ts';
import { REFUSALS } from '../../shared/wire/codes.ts';
import { findPython } from '../../tools/prepare/programs.ts';
import { quietProbe } from '../../tools/prepare/quiet-probe.ts';
import { CLIENT_ERROR_CODES, RESULT_ERROR_CODES, WEBHOOK_ERROR_CODES } from '../typescript/src/codes.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const python = findPython(quietProbe);

function run(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(python, args, {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: 240_000,
    env: { PATH: process.env.PATH, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
}

describe('the library for Python', () => {
  let place: Place;
  let service: BuiltService;
  let key: string;

  beforeAll(async () => {
    ensureBuilt();
    place = await makePlace();
    key = setUp(place);
    service = await serve(place);
  }, 240_000);

  afterAll(async () => {
    await service.stop();
    await place.remove();
  });

  // SR-9, SR-10, SR-32, SR-45
  test('passes its own tests: all vectors, and the running service', () => {
    const env = { COUNTERSIGN_TEST_URL: service.url, COUNTERSIGN_TEST_API_KEY: key };
    const { status, stdout, stderr } = run(['-m', 'unittest', 'discover', '-v', '-s', 'tests', '-t', '.'], env);
    expect(status, stdout + stderr).toBe(0);
    // A test that was not run is none that passed.
    expect(stderr).toMatch(/^OK$/m);
    expect(Number(/^Ran (\d+) tests/m.exec(stderr)?.[1])).toBeGreaterThan(60);
  }, 300_000);

  test('knows the codes that the service and the other libraries have', () => {
    const script =
      'import json; from countersign import codes as c; print(json.dumps({k: v for k, v in vars(c).items() if k.isupper()}))';
    const { stdout, stderr } = run(['-c', script]);
    expect(stderr).toBe('');
    const codes = JSON.parse(stdout);
    expect([...codes.SERVER_ERROR_CODES].sort()).toEqual(Object.keys(REFUSALS).sort());
    expect(codes.RESULT_ERROR_CODES).toEqual(RESULT_ERROR_CODES);
    expect(codes.WEBHOOK_ERROR_CODES).toEqual(WEBHOOK_ERROR_CODES);
    // It has no signal that ends a call.
    expect(codes.CLIENT_ERROR_CODES).toEqual(CLIENT_ERROR_CODES.filter((code) => code !== 'ABORTED'));
  });
});
