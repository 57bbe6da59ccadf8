import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMs } from '../testing/processor-time.ts';
import { commonness } from './common-passwords.ts';

// SR-37
describe('a password that attackers try early', () => {
  test.each([
    ['password', 'listed'],
    ['PassWord1', 'listed'],
    ['football', 'listed'],
    ['password1234567', 'listed'],
    ['!!Sunshine!!2024', 'listed'],
    ['passwordpassword', 'listed'],
    ['PasswordPasswordPass', 'pattern'],
    ['zzzzzzzzzzzzzzzzz', 'pattern'],
    ['abcabcabcabcabcab', 'pattern'],
    ['12345678901234567', 'pattern'],
    ['qwertyuiopasdfghjkl', 'pattern'],
    ['qwertzuiopasdfghjkl', 'pattern'],
    ['98765432109876543', 'pattern'],
    ['abcdefghijklmnopq', 'pattern'],
  ])('%s: %s', async (password, flaw) => {
    expect(await commonness(password, [])).toBe(flaw);
  });

  test.each([
    ['maria.castillo.2024', ['maria.castillo@shop.example']],
    ['JuniperFernJuniper', ['Juniper & Fern']],
    ['mariamariamaria1', ['Maria']],
    ['maria123456789012', ['maria']],
    ['Castillo-Maria-99', ['maria', 'Castillo']],
  ])('%s, of a user called %j', async (password, personal) => {
    expect(await commonness(password, personal)).toBe('personal');
    expect(await commonness(password, ['ottokar'])).not.toBe('personal');
  });
});

describe('a password that attackers do not try early', () => {
  test.each([
    'correct horse battery',
    'a password of my own making',
    'golf#8452@9917#2201',
    'maria likes tall cacti',
    'x7Vq2kPz9wRt',
    '日本語のパスワードです',
    '',
  ])('%s', async (password) => {
    expect(await commonness(password, ['maria', 'al', 'shop'])).toBeUndefined();
  });

  test('ignores a name of two letters, or of signs alone', async () => {
    expect(await commonness('jo-jo-vk2q', ['jo', '--', ''])).toBeUndefined();
  });
});

test('rejects a common password in another case, repeated, or with signs at its ends', async () => {
  const chosen = fc.constantFrom('football', 'sunshine', 'iloveyou', 'superman', 'baseball');
  const cased = fc
    .tuple(chosen, fc.infiniteStream(fc.boolean()))
    .map(([word, upper]) => [...word].map((letter) => (upper.next().value ? letter.toUpperCase() : letter)).join(''));
  await fc.assert(
    fc.asyncProperty(
      cased,
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('', '!', '2024'),
      async (word, times, sign) => {
        expect(await commonness(word.repeat(times) + sign, [])).toBeDefined();
      },
    ),
  );
});

test('checks hostile texts as quickly as any', async () => {
  const hostile = ['a'.repeat(512), 'ab'.repeat(256), `${'1'.repeat(511)}a`, `a${'!'.repeat(510)}a`, '\n'.repeat(512)];
  const judge = () => Promise.all(hostile.map((one) => commonness(one, ['a'.repeat(100)])));
  expect(await processorMs(judge)).toBeLessThan(500);
});
