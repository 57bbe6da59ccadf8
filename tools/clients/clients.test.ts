import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './document.ts';
import { clientFiles } from './files.ts';
import { generatedFiles } from './generated-files.ts';
import { javaFiles } from './java.ts';
import { phpFiles } from './php.ts';
import { pythonFiles } from './python.ts';
import { readApi } from './read-api.ts';
import type { ApiDocument, Schema } from './schema.ts';

it('the generated files of the libraries are up to date; else: npm run clients', async () => {
  const files = clientFiles(await openApiDocument());
  expect(generatedFiles('.').sort()).toEqual([...files.keys()].sort());
  for (const [path, text] of files) expect(readFileSync(path, 'utf8'), path).toBe(text);
});

// Written by hand, because they say more than the document: which kind of token has which members.
it('the interfaces of the TypeScript library have every member of the responses', async () => {
  const sources = ['objects', 'token-objects', 'administration', 'environments'];
  const read = (name: string) => readFileSync(`clients/typescript/src/api/${name}.ts`, 'utf8');
  const text = sources.map(read).join('\n');
  const compared = readApi(await openApiDocument()).types.filter(({ name, members }) => {
    const [, body] = new RegExp(`^export interface ${name} \\{$(.*?)^\\}$`, 'ms').exec(text) ?? [];
    if (body === undefined) return false;
    const declared = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
    expect(declared, name).toEqual(expect.arrayContaining(members.map((member) => member.name)));
    return true;
  });
  expect(compared.length).toBeGreaterThan(10);
});

const json = (schema: Schema) => ({ content: { 'application/json': { schema } } });
const text: Schema = { type: 'string' };
const DOOR: Schema = {
  type: 'object',
  description: 'A door.',
  properties: {
    id: text,
    kind: { type: 'string', enum: ['in', 'out'], description: 'Where to.' },
    openMs: { type: ['integer', 'null'] },
    lastAt: { type: 'integer' },
    lock: { anyOf: [{ $ref: '#/components/schemas/Lock' }, { type: 'null' }] },
    keys: { type: 'array', items: { type: 'object', properties: { name: text, secret: text }, required: ['name'] } },
    colours: { type: 'array', items: text },
  },
  required: ['id', 'kind', 'openMs', 'lock', 'keys'],
};
const LOCK: Schema = {
  oneOf: [
    {
      type: 'object',
      properties: { kind: { type: 'string', enum: ['bar'] }, long: { type: 'boolean' } },
      required: ['kind'],
    },
    { type: 'object', properties: { kind: { type: 'string', enum: ['bolt'] } }, required: ['kind'] },
  ],
};
const id = { name: 'id', in: 'path', schema: text };
const DOCUMENT: ApiDocument = {
  components: { schemas: { Door: DOOR, Lock: LOCK } },
  paths: {
    '/doors': {
      get: {
        summary: 'List doors',
        parameters: [
          { name: 'after', in: 'query', schema: text },
          {
            name: 'open',
            in: 'query',
            schema: { type: 'string', enum: ['true', 'false'], description: 'Only those.' },
          },
        ],
        responses: {
          200: json({
            properties: { items: { type: 'array', items: { $ref: '#/components/schemas/Door' } }, next: text },
          }),
        },
      },
      post: {
        summary: 'Make a door',
        parameters: [{ name: 'idempotency-key', in: 'header' }],
        requestBody: json({ properties: { kind: text, colours: DOOR }, required: ['kind'] }),
        responses: { 201: json({ $ref: '#/components/schemas/Door' }) },
      },
    },
    '/doors/{id}/slam': {
      post: {
        parameters: [id],
        requestBody: json({ properties: { hard: { type: 'boolean' } } }),
        responses: { 204: {} },
      },
    },
  },
};
const GROUPS = { doors: { create: 'POST /doors', list: 'GET /doors', slamShut: 'POST /doors/{id}/slam' } };
const api = readApi(DOCUMENT, { groups: GROUPS, typed: [] });

describe('what is read from the document', () => {
  it('an operation: how it may be repeated, what it takes and what it returns', () => {
    const [create, list, slam] = api.groups[0]?.operations ?? [];
    expect(create).toMatchObject({ kind: 'creation', shape: 'object', path: '/doors', tail: undefined });
    expect(create?.body.map(({ name, isOptional }) => [name, isOptional])).toEqual([
      ['kind', false],
      ['colours', true],
    ]);
    expect(list).toMatchObject({ kind: 'read', shape: 'list', returns: { name: 'Door' } });
    expect(list?.query.map(({ name, type }) => [name, type])).toEqual([
      ['after', 'text'],
      ['open', 'flag'],
    ]);
    expect(slam).toMatchObject({ kind: 'once', shape: 'nothing', path: '/doors', tail: '/slam', returns: undefined });
  });

  it('a union of objects is one type, in which a member that not all have is optional', () => {
    const lock = api.types.find(({ name }) => name === 'Lock');
    expect(lock?.members.map(({ name, isOptional, doc }) => [name, isOptional, doc])).toEqual([
      ['kind', false, 'One of `bar`, `bolt`.'],
      ['long', true, ''],
    ]);
  });

  it('an object without a name is called after its member', () => {
    expect(api.types.map(({ name, parent }) => [name, parent])).toEqual([
      ['Door', undefined],
      ['DoorKey', 'Door'],
      ['Lock', undefined],
    ]);
  });

  it.each([
    ['an operation that is gone', { doors: { get: 'GET /doors/{id}' } }, DOCUMENT, /has no GET \/doors\/\{id\}/],
    [
      'a type that no language has a word for',
      GROUPS,
      { ...DOCUMENT, components: { schemas: { Door: { properties: { width: { type: 'number' } } }, Lock: LOCK } } },
      /no type for DoorWidth/,
    ],
    ['a reference to nothing', GROUPS, { ...DOCUMENT, components: { schemas: { Door: DOOR } } }, /no schema Lock/],
  ])('%s stops the generator', (_what, groups, document, said) => {
    expect(() => readApi(document, { groups, typed: [] })).toThrow(said);
  });
});

const fileOf = (files: ReadonlyMap<string, string>, end: string) =>
  [...files].find(([path]) => path.endsWith(end))?.[1] ?? expect.fail(`no ${end} in ${[...files.keys()]}`);

describe('what is written', () => {
  it('in Python: typed dictionaries and methods with keywords', () => {
    const files = pythonFiles(api);
    expect(fileOf(files, 'objects.py')).toContain(`class _Door(TypedDict):
    id: str
    #: Where to. One of \`\`in\`\`, \`\`out\`\`.
    kind: str
    openMs: Optional[int]
    lock: Optional[Lock]
    keys: list[DoorKey]


class Door(_Door, total=False):
    """A door."""

    lastAt: int
    colours: list[str]
`);
    const management = fileOf(files, 'management.py');
    expect(management).toContain(`    def list(self, *, open: Optional[bool] = None) -> Iterator[Door]:
        """List doors. All of them, page by page as they are read.

        :param open: Only those.
        """
        query = {"open": open}
        return self._list("/doors", query)
`);
    expect(management).toContain(`        self._transport.once("POST", self._path("/doors", id, "/slam"), body=body)`);
  });

  it('in PHP: one class for each type, which reads each member as what it is', () => {
    const files = phpFiles(api);
    const door = fileOf(files, '/Door.php');
    expect(door).toContain('        public readonly ?int $openMs,\n        public readonly ?int $lastAt,');
    expect(door).toContain(`            openMs: $answer->optionalNumber('openMs'),`);
    expect(door).toContain(`            lock: $answer->optionalObject('lock', Lock::from(...)),`);
    expect(door).toContain(`            keys: $answer->objects('keys', DoorKey::from(...)),`);
    expect(door).toContain(`            colours: $answer->optionalTexts('colours'),`);
    const doors = fileOf(files, '/Doors.php');
    expect(doors).toContain(`    public function slamShut(string $id, #[\\SensitiveParameter] array $body): void
    {
        $this->transport->send(Kind::Once, 'POST', self::path('/doors', $id, '/slam'), $body);
    }`);
    expect(doors).toContain(
      `        return Door::from($this->transport->send(Kind::Creation, 'POST', '/doors', $body));`,
    );
  });

  it('in Java: records with times as times, that print no secret', () => {
    const files = javaFiles(api);
    expect(fileOf(files, '/Door.java')).toContain(`public record Door(
    String id,
    String kind,
    @JsonProperty("openMs") Duration open,
    Instant lastAt,
    Lock lock,
    List<Door.Key> keys,
    List<String> colours) {
  public record Key(String name, String secret) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Key[name=" + name + "]";
    }
  }
}
`);
    expect(fileOf(files, '/Doors.java')).toContain(`  public Door create(Map<String, ?> body) {
    ObjectNode response = send(ApiRequest.post("/doors", given(body), ApiRequest.Kind.CREATION));
    return read(response, Door.class, "id");
  }`);
  });
});
