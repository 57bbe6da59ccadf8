import type { Command } from 'commander';
import type { Service } from '../connection/service.ts';
import { Misuse } from '../connection/service.ts';
import { fieldValue, optionName } from '../nouns/field-values.ts';
import type { Field, Noun } from '../nouns/noun.ts';
import { Run, type Surroundings } from './context.ts';

type Options = Record<string, string | boolean | undefined>;

/** `countersign user list`, `... show`, `... create`, `... update`, `... delete`, for one noun. */
export function addNoun(program: Command, noun: Noun, around: Surroundings): Command {
  const group = program.command(noun.name).description(noun.about);
  if (noun.verbs.includes('list')) addList(group, noun, around);
  if (noun.verbs.includes('show')) {
    group
      .command('show <id>')
      .description(`show one ${noun.name}`)
      .action(async (id: string, _options, command: Command) => {
        const run = new Run(around, command);
        await run.inAccount(async (service) => run.show(await object(service, 'GET', noun, id)));
      });
  }
  for (const verb of ['create', 'update'] as const) {
    if (noun.verbs.includes(verb)) addWrite(group, noun, verb, around);
  }
  if (noun.verbs.includes('delete')) {
    group
      .command('delete <id>')
      .description(`delete one ${noun.name} for good`)
      .action(async (id: string, _options, command: Command) => {
        const run = new Run(around, command);
        await run.inAccount((service) => service.send('DELETE', `${noun.path}/${encodeURIComponent(id)}`));
        run.note(`deleted ${id}`);
      });
  }
  return group;
}

function addList(group: Command, noun: Noun, around: Surroundings): void {
  const list = group
    .command('list')
    .description('list, newest first')
    .option('--limit <number>', 'at most so many', '50')
    .option('--all', 'all of them');
  for (const { flag, about } of noun.filters ?? []) list.option(`--${flag} <text>`, about);
  list.action(async (options: Options, command: Command) => {
    const run = new Run(around, command);
    const query = Object.fromEntries(
      (noun.filters ?? []).map(({ flag, name }) => [name, options[optionName(flag)] as string | undefined]),
    );
    const most = options.all === true ? Number.POSITIVE_INFINITY : wholeNumber(String(options.limit));
    await run.inAccount(async (service) => {
      const items = [];
      for await (const item of pages(service, noun.path, query)) {
        if (items.length >= most) break;
        items.push(item);
      }
      run.showList(items, noun.columns);
    });
  });
}

function addWrite(group: Command, noun: Noun, verb: 'create' | 'update', around: Surroundings): void {
  const fields = noun.fields.filter(({ on }) => on.includes(verb));
  const command = group.command(verb === 'create' ? 'create' : 'update <id>').description(`${verb} a ${noun.name}`);
  for (const field of fields) addField(command, field, verb === 'create' && field.required === true);
  command.action(async (...given: unknown[]) => {
    const [id] = verb === 'update' ? (given as [string]) : [undefined];
    const at = verb === 'update' ? 1 : 0;
    const run = new Run(around, given[at + 1] as Command);
    const body = await bodyOf(run, fields, given[at] as Options);
    if (verb === 'update' && Object.keys(body).length === 0) throw new Misuse('name something to change');
    await run.inAccount(async (service) => {
      const made = await object(service, verb === 'create' ? 'POST' : 'PATCH', noun, id, body);
      run.show(made);
      if (verb === 'create' && noun.shownOnce) run.note(`\n${noun.shownOnce.join(' and ')}: shown this once.`);
    });
  });
}

function addField(command: Command, field: Field, required: boolean): void {
  if (field.type === 'secret') command.option(`--${field.flag}`, field.about);
  else if (required) command.requiredOption(`--${field.flag} <${field.type}>`, field.about);
  else command.option(`--${field.flag} <${field.type}>`, field.about);
}

async function bodyOf(run: Run, fields: readonly Field[], options: Options): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const given = options[optionName(field.flag)];
    if (given === undefined) continue;
    body[field.name] = fieldValue(field, given === true ? await run.readInput() : String(given));
  }
  return body;
}

async function object(service: Service, method: string, noun: Noun, id?: string, body?: unknown) {
  const path = id === undefined ? noun.path : `${noun.path}/${encodeURIComponent(id)}`;
  const { body: answer } = await service.send(method, path, { body });
  return answer as Record<string, unknown>;
}

/** Every object of a list, page by page. */
export async function* pages(
  service: Service,
  path: string,
  query: Record<string, string | undefined> = {},
): AsyncGenerator<Record<string, unknown>> {
  for (let after: string | undefined; ; ) {
    const { body } = await service.send('GET', path, { query: { ...query, limit: 200, after } });
    const page = body as { items: Record<string, unknown>[]; next: string | null };
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Misuse('--limit: a whole number');
  return number;
}
