import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REFUSALS } from '@countersign/protocol/codes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, fillIn } from '../../console/resources/snippets.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from '../../docs/testing/built-service.ts';
import { runProbe } from '../../tools/prepare/probe.ts';
import { findPython } from '../../tools/prepare/programs.ts';
import { CLIENT_ERROR_CODES, RESULT_ERROR_CODES, WEBHOOK_ERROR_CODES } from '../typescript/src/codes.ts';
import { textOf, VECTORS, vector } from '../typescript/testing/vectors.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const python = findPython(runProbe);

function run(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(python, args, {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: 600_000,
    env: { PATH: process.env.PATH, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
}

describe('the library for Python', () => {
  let place: Place;
  let service: BuiltService;
  let key: string;

  beforeAll(async () => {
    place = await makePlace();
    key = setUp(place);
    service = await serve(place);
  });

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
  });

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

/** The code around the console's example, at the time of the vectors and with their keys. */
const SITE = `
import json, sys
from unittest import mock
import countersign
from countersign import verifier

given = json.load(open(sys.argv[1]))
answer = countersign.HttpResponse(200, {}, json.dumps(given["jwks"]).encode())
with mock.patch.object(verifier, "send_with_urllib", lambda request: answer), mock.patch("time.time", lambda: given["now"]):
    site = {"__name__": "site"}
    exec(given["example"], site)
    session = {}
    begun = [site["begin_sign_in"](session), site["begin_sign_in"](session)]
    session["nonce"] = given["nonce"]
    good = [site["finish_sign_in"](session, given["good"]), session.get("user"), site["finish_sign_in"](session, given["good"])]
    accepted = []
    for name, result in given["hostile"].items():
        session = {"nonce": given["nonce"]}
        if site["finish_sign_in"](session, result) or session:
            accepted.append(name)
print(json.dumps({"begun": begun, "good": good, "accepted": accepted}))`;

// SR-9
test('the example of the console accepts a good result once, and no hostile one', () => {
  const { issuer, resource, nonce, now } = VECTORS.defaults;
  const hostile = VECTORS.cases.filter((one) => one.expect !== 'accept' && one.options === undefined);
  expect(hostile.length).toBeGreaterThan(200);
  const text = BACKENDS.find(({ language }) => language === 'Python')?.text ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'countersign-snippet-'));
  try {
    const given = {
      example: fillIn(text, { service: issuer, resource, origin: 'https://shop.example' }),
      ...{ nonce, now, jwks: VECTORS.jwks, good: vector('valid ES256') },
      hostile: Object.fromEntries(hostile.map((one) => [one.name, textOf(one)])),
    };
    writeFileSync(join(folder, 'given.json'), JSON.stringify(given));
    const { stdout, stderr } = run(['-c', SITE, join(folder, 'given.json')]);
    expect(stderr).toBe('');
    const { begun, good, accepted } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(begun[0]).toBe(begun[1]);
    expect(good).toEqual([true, expect.stringMatching(/^usr_/), false]);
    expect(accepted).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
