import type { Command } from 'commander';
import { type Service, UsageError } from '../connection/service.ts';
import { flagValue, isFromInput, optionName, optionOf } from '../resources/field-values.ts';
import { partOf, withPart } from '../resources/paths.ts';
import type { Action, Field, Flag, ResourceCommand } from '../resources/resource-command.ts';
import { type Environment, Run } from './context.ts';
import { pages, parseInteger } from './pages.ts';
import { isId, userIdOf, withUserIds } from './user-id.ts';

type Options = Record<string, string | boolean | undefined>;
type Asked = Flag & { required?: boolean };

/** `countersign user list`, `... show`, `... reset-password`: everything that a noun describes, as a group. */
export function addNoun(program: Command, noun: ResourceCommand, around: Environment): Command {
  const group = program.command(noun.name).description(noun.about);
  if (noun.note !== undefined) group.addHelpText('after', noun.note);
  for (const action of actionsOf(noun)) addAction(group, action, around, noun);
  return group;
}

/** What a noun's verbs stand for, and what else it describes. */
export function actionsOf(noun: ResourceCommand): Action[] {
  const { one, path, verbs, fields, filters = [], columns, shownOnce, actions = [] } = noun;
  const on = (when: Field['on'][number]) => fields.filter((field) => field.on.includes(when));
  const standard: Record<ResourceCommand['verbs'][number], Omit<Action, 'verb'>> = {
    list: {
      about: 'list, newest first',
      method: 'GET',
      path,
      filters,
      rows: { in: 'items', columns, paged: true },
    },
    show: { about: `show ${one}`, method: 'GET', path: `${path}/{id}` },
    create: {
      about: `create ${one}`,
      method: 'POST',
      path,
      fields: on('create'),
      ...(shownOnce && { shownOnce }),
    },
    update: {
      about: `change ${one}`,
      method: 'PATCH',
      path: `${path}/{id}`,
      fields: on('update').map(({ required: _onlyWhenMade, none, about, ...field }) => ({
        ...field,
        about: none === undefined ? about : `${about}; ${none}`,
      })),
    },
    delete: { about: `delete ${one} for good`, method: 'DELETE', path: `${path}/{id}`, said: 'deleted' },
  };
  return [...verbs.map((verb) => ({ verb, ...standard[verb] })), ...actions];
}

/** One command: what it takes, the request, and how the answer is shown. */
export function addAction(group: Command, action: Action, around: Environment, noun?: ResourceCommand): void {
  const { verb, about, path, fields = [], filters = [], rows } = action;
  const takesId = path.includes('{id}');
  const command = group.command(takesId ? `${verb} <id>` : verb).description(about);
  for (const flag of [...fields, ...filters]) addFlag(command, flag);
  if (rows?.paged) {
    command.option('--limit <number>', 'at most so many', '50').option('--all', 'all of them');
  }
  command.action(async (...given: unknown[]) => {
    const [id] = takesId ? (given as [string]) : [undefined];
    const at = takesId ? 1 : 0;
    const [options, run] = [given[at] as Options, new Run(around, given[at + 1] as Command)];
    const told = await valuesOf(run, fields, options);
    if (action.method === 'PATCH' && Object.keys(told).length === 0) throw new UsageError('name something to change');
    const asked = await valuesOf(run, filters, options);
    await (action.operator ? run.asOperator(ask) : run.inAccount(ask));

    async function ask(service: Service): Promise<void> {
      const body = await withUserIds(service, fields, told);
      const query = await withUserIds(service, filters, asked);
      const place = id === undefined ? path : path.replace('{id}', await idOf(service, noun, action, id));
      if (rows?.paged) return showPages(run, service, place, query, rows, options);
      await showAnswer(run, service, action, { place, body, query, id });
    }
  });
}

function addFlag(command: Command, flag: Asked): void {
  if (flag.required) command.requiredOption(optionOf(flag), flag.about);
  else command.option(optionOf(flag), flag.about);
}

/** The values that were given, under the API's names. */
async function valuesOf(run: Run, flags: readonly Asked[], options: Options): Promise<Record<string, unknown>> {
  let values: Record<string, unknown> = {};
  let input: string | undefined;
  for (const flag of flags) {
    const given = options[optionName(flag.flag)];
    if (given === undefined) continue;
    if (isFromInput(flag) && input !== undefined) throw new UsageError('only one thing comes from standard input');
    if (isFromInput(flag)) input = await run.readInput();
    values = withPart(values, flag.name, flagValue(flag, isFromInput(flag) ? (input ?? '') : String(given)));
  }
  return values;
}

/** By what one is called besides the id: the name of a user, the address of an administrator. */
async function idOf(service: Service, noun: ResourceCommand | undefined, { method, path }: Action, given: string) {
  const plain = encodeURIComponent(given);
  if (!noun?.calledBy || isId(given)) return plain;
  const one = `${noun.path}/{id}`;
  if (noun.calledBy === 'names') {
    if (method === 'GET' && path === one) return plain;
    return userIdOf(service, given);
  }
  for await (const { id, email } of pages(service, noun.path)) {
    if (String(email).toLowerCase() === given.toLowerCase()) return String(id);
  }
  return plain;
}

async function showPages(
  run: Run,
  service: Service,
  place: string,
  query: Record<string, unknown>,
  { columns, atOnce }: NonNullable<Action['rows']>,
  options: Options,
): Promise<void> {
  const most = options.all === true ? Number.POSITIVE_INFINITY : parseInteger(String(options.limit));
  const items: Record<string, unknown>[] = [];
  for await (const item of pages(service, place, query, atOnce)) {
    items.push(item);
    if (items.length >= most) break;
  }
  run.showList(items, columns);
}

interface Request {
  place: string;
  body: Record<string, unknown>;
  query: Record<string, unknown>;
  id: string | undefined;
}

async function showAnswer(run: Run, service: Service, action: Action, { place, body, query, id }: Request) {
  const { method, rows, said = 'done', shownOnce = [] } = action;
  const writes = method === 'POST' || method === 'PATCH';
  const whole = method === 'PATCH' ? await withTheRest(service, place, body) : { body };
  const { body: answer } = await service.send(method, place, { query, ...(writes && whole) });
  if (answer === undefined) return run.showDone(id === undefined ? said : `${said} ${id}`);
  const object = answer as Record<string, unknown>;
  if (rows) {
    const { [rows.in]: listed, ...about } = object;
    return run.showListed(object, about, listed as Record<string, unknown>[], rows);
  }
  run.show(object);
  const once = shownOnce.filter((name) => partOf(object, name) !== undefined);
  if (once.length > 0) run.note(`\n${once.join(' and ')}: shown this once.`);
}

/**
 * The API takes a filter's rule whole. Where only parts of one are named the others stay as they are, and whoever has
 * changed it meanwhile is not overwritten.
 */
async function withTheRest(service: Service, place: string, body: Record<string, unknown>) {
  const { rule } = body;
  if (typeof rule !== 'object' || rule === null || 'kind' in rule) return { body };
  const { body: present, headers } = await service.send('GET', place);
  const before = (present as { rule?: object }).rule;
  const { etag } = headers;
  return {
    body: { ...body, rule: { ...before, ...rule } },
    ...(etag !== undefined && { headers: { 'if-match': etag } }),
  };
}
