import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FRAMEWORK_SITES } from '../../e2e/harness/framework-sites.ts';
import { php } from './testing/run-php.ts';

// The attacker has a password, and finds a form of the site that still signs in with it alone.
test('Laravel takes no login that is not of Countersign', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-laravel-'));
  try {
    const [database, storage, sessions] = ['shop.sqlite', 'storage', 'sessions'].map((name) => join(folder, name));
    mkdirSync(String(sessions));
    const env = {
      COUNTERSIGN_URL: 'https://auth.example',
      COUNTERSIGN_RESOURCE: 'res_01k8dq9z2mp',
      COUNTERSIGN_API_KEY: 'csk_canary.of-the-api-key',
      ORIGIN: 'https://shop.example',
      DATABASE: String(database),
      STORAGE: String(storage),
      SESSIONS: String(sessions),
      APP_KEY: `base64:${'A'.repeat(43)}=`,
    };
    const site = FRAMEWORK_SITES.find(({ language }) => language === 'laravel');
    await site?.prepare(env);
    site?.table.insert(env.DATABASE, [{ login: 'mira', id: 'usr_2v6m0c4x9ta', password: 'of no matter' }]);
    const script = join(import.meta.dirname, 'tests/laravel-login.php');
    const { out } = await php(['-d', `auto_prepend_file=${storage}/autoload.php`, script], env);
    expect(JSON.parse(out)).toEqual([403, expect.arrayContaining(['session']), 'no user']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
