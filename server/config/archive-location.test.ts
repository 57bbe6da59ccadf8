import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

function namesOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name);
    throw error;
  }
  return [];
}

test('the archive is a folder, a bucket with its key, or none', () => {
  const AUDIT = 'COUNTERSIGN_AUDIT_ARCHIVE';
  const archiveIn = (env: Record<string, string>) => loadConfig(env).auditArchive;
  expect(archiveIn({ COUNTERSIGN_STORE: 'redis://127.0.0.1:6379' })).toBeUndefined();
  expect(archiveIn({ [AUDIT]: 'none' })).toBeUndefined();
  expect(archiveIn({ [AUDIT]: '/srv/audit' })).toEqual({ kind: 'folder', path: '/srv/audit' });
  const key = { [`${AUDIT}_KEY_ID`]: 'id', [`${AUDIT}_SECRET`]: 'a/secret+' };
  const bucket = archiveIn({ [AUDIT]: 'http://127.0.0.1:9000/audit', ...key });
  expect(bucket).toMatchObject({ kind: 'bucket', url: 'http://127.0.0.1:9000/audit', keyId: 'id' });
  expect(JSON.stringify(bucket)).not.toContain('a/secret+');
  expect(inspect(bucket)).not.toContain('a/secret+');
  for (const wrong of [
    's3://audit',
    'http://s3.example/audit',
    'https://id:secret@s3.example/audit',
    'https://s3.example/?a',
    'file:///x',
    's3.example/audit',
    './audit',
  ])
    expect(namesOf({ [AUDIT]: wrong, ...key })).toEqual([AUDIT]);
  const url = { [AUDIT]: 'https://s3.example/audit' };
  expect(namesOf(url)).toEqual([`${AUDIT}_KEY_ID`, `${AUDIT}_SECRET`]);
  expect(namesOf({ ...url, ...key, [`${AUDIT}_SECRET_FILE`]: '/x' })).toEqual([`${AUDIT}_SECRET_FILE`]);
  expect(namesOf(key)).toEqual([`${AUDIT}_KEY_ID`, `${AUDIT}_SECRET`]);
});
