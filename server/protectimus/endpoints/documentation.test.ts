import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FAILURES } from '../failure-codes.ts';
import { ENDPOINTS } from '../routes.ts';

const page = readFileSync(new URL('../../../docs/protectimus.md', import.meta.url), 'utf8');

/** The rows of the table, with `…/` written out. */
const documented = new Map<string, string>();
for (const line of page.split('\n').filter((one) => /^\| `(?:GET|POST|PUT|DELETE) /.test(one))) {
  const [, names = '', parameters = ''] = line.split('|').map((cell) => cell.trim());
  const [first = '', ...others] = [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const complete = others.map((other) => {
    const wanted = other.slice(2).split('/');
    return [...first.split('/').slice(0, -wanted.length), ...wanted].join('/');
  });
  // `the same`: the parameters of the creating row above.
  const documentedFields =
    parameters === 'the same' ? ([...documented.values()].findLast((one) => one !== '') ?? '') : parameters;
  for (const name of [first, ...complete]) documented.set(name.replaceAll('{id}', '#'), documentedFields);
}

describe('docs/protectimus.md', () => {
  test('lists exactly the endpoints', () => {
    expect([...documented.keys()].sort()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test.each(ENDPOINTS.map((row) => [`${row.method} ${row.path}`, row] as const))(
    '%s accepts the documented parameters',
    (name, { fields }) => {
      const documentedFields = documented.get(name) ?? '';
      const named = [...documentedFields.matchAll(/`([^`]+)`/g)].map(([, field]) => field);
      const short = [
        ...(/\bR\b/.test(documentedFields) ? ['resourceId', 'resourceName'] : []),
        ...(/\bU\b/.test(documentedFields) ? ['userId', 'userLogin'] : []),
      ];
      // The numbers of a path may be repeated as parameters.
      const ofPath = name.includes('#/') ? ['userId', 'tokenId'] : [];
      expect([...named, ...short].sort()).toEqual(fields.filter((field) => !ofPath.includes(field)).sort());
    },
  );

  test('lists every failure, except one that only clients produce', () => {
    const named = [...page.matchAll(/^\| (\d{4}) \|/gm)].map(([, code]) => Number(code));
    expect(named).toEqual(Object.values(FAILURES).filter((code) => code !== FAILURES.UNKNOWN_ERROR));
  });
});
