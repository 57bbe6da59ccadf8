import type { Command } from 'commander';
import { type Service, UsageError } from '../connection/service.ts';
import { type ActionCommand, commandsOf } from '../resources/commands.ts';
import { filterValue, flagValue, isFromInput, optionName, optionOf } from '../resources/field-values.ts';
import { partOf, withPart } from '../resources/paths.ts';
import type { Action, Flag, ResourceCommand } from '../resources/resource-command.ts';
import { type Environment, Run } from './context.ts';
import { pages, parseInteger } from './pages.ts';
import { isId, userIdOf, withUserIds } from './user-id.ts';
import { watchEvents } from './watch.ts';

export type Options = Record<string, string | boolean | undefined>;

/** `countersign user list`, `... show`, `... reset-password`: everything that a resource can do, as a group. */
export function addResource(program: Command, resource: ResourceCommand, around: Environment): Command {
  const group = program.command(resource.name).description(resource.about);
  if (resource.note !== undefined) group.addHelpText('after', resource.note);
  for (const command of commandsOf(resource)) addAction(group, command, around, resource);
  return group;
}

/** Adds one command: its flags, its request, and how the response is shown. */
export function addAction(
  group: Command,
  action: ActionCommand,
  around: Environment,
  resource?: ResourceCommand,
): void {
  const { verb, about, path, rows } = action;
  const takesId = path.includes('{id}');
  const command = group.command(takesId ? `${verb} <id>` : verb).description(about);
  for (const flag of [...action.body, ...action.query]) addFlag(command, flag);
  if (rows?.paged) {
    command.option('--limit <number>', 'maximum number', '50').option('--all', 'list all');
  }
  if (rows?.watched) command.option('--watch', 'show each new event as it is sealed, until Ctrl-C');
  command.action(async (...given: unknown[]) => {
    const [id] = takesId ? (given as [string]) : [undefined];
    const at = takesId ? 1 : 0;
    const [options, run] = [given[at] as Options, new Run(around, given[at + 1] as Command)];
    const fields = await valuesOf(run, action.body, options);
    if (action.method === 'PATCH' && Object.keys(fields).length === 0) throw new UsageError('name something to change');
    const filters = await valuesOf(run, action.query, options, filterValue);
    await (action.operator ? run.asOperator(request) : run.inAccount(request));

    async function request(service: Service): Promise<void> {
      const body = await withUserIds(service, action.body, fields);
      const query = await withUserIds(service, action.query, filters);
      const target = id === undefined ? path : path.replace('{id}', await idOf(service, resource, action, id));
      if (rows && options.watch === true) {
        const { columns } = rows;
        return watchEvents(run, service, { query, columns, most: mostOf(options) });
      }
      if (rows?.paged) return showPages(run, service, target, query, rows, options);
      await showResponse(run, service, action, { target, body, query, id });
    }
  });
}

export function addFlag(command: Command, flag: Flag): void {
  if (flag.required) command.requiredOption(optionOf(flag), flag.about);
  else command.option(optionOf(flag), flag.about, flag.otherwise);
}

/** The given values, under the API's names. */
export async function valuesOf(
  run: Run,
  flags: readonly Flag[],
  options: Options,
  read: typeof flagValue = flagValue,
): Promise<Record<string, unknown>> {
  let values: Record<string, unknown> = {};
  let input: string | undefined;
  for (const flag of flags) {
    const given = options[optionName(flag.flag)];
    if (given === undefined) continue;
    if (isFromInput(flag) && input !== undefined) throw new UsageError('only one option can read standard input');
    if (isFromInput(flag)) input = await run.readInput();
    values = withPart(values, flag.name, read(flag, isFromInput(flag) ? (input ?? '') : String(given)));
  }
  return values;
}

/** Finds the id of a user by a name, or of an administrator by the email address. */
async function idOf(
  service: Service,
  resource: ResourceCommand | undefined,
  { method, path }: ActionCommand,
  given: string,
) {
  const plain = encodeURIComponent(given);
  if (!resource?.calledBy || isId(given)) return plain;
  const one = `${resource.path}/{id}`;
  if (resource.calledBy === 'names') {
    if (method === 'GET' && path === one) return plain;
    return userIdOf(service, given);
  }
  for await (const { id, email } of pages(service, resource.path)) {
    if (String(email).toLowerCase() === given.toLowerCase()) return String(id);
  }
  return plain;
}

async function showPages(
  run: Run,
  service: Service,
  target: string,
  query: Record<string, unknown>,
  { columns, atOnce }: NonNullable<Action['rows']>,
  options: Options,
): Promise<void> {
  const most = mostOf(options);
  const items: Record<string, unknown>[] = [];
  for await (const item of pages(service, target, query, atOnce)) {
    items.push(item);
    if (items.length >= most) break;
  }
  run.showList(items, columns);
}

function mostOf({ all, limit }: Options): number {
  return all === true ? Number.POSITIVE_INFINITY : parseInteger(String(limit));
}

interface Request {
  target: string;
  body: Record<string, unknown>;
  query: Record<string, unknown>;
  id: string | undefined;
}

async function showResponse(run: Run, service: Service, action: ActionCommand, { target, body, query, id }: Request) {
  const { method, rows, said = 'done', shownOnce = [] } = action;
  const writes = method === 'POST' || method === 'PATCH';
  const complete = method === 'PATCH' ? await completeRule(service, target, body) : { body };
  const { body: answer } = await service.send(method, target, { query, ...(writes && complete) });
  if (answer === undefined) return run.showDone(id === undefined ? said : `${said} ${id}`);
  const object = answer as Record<string, unknown>;
  if (rows) {
    const { [rows.in]: listed, ...about } = object;
    return run.showListed(object, about, listed as Record<string, unknown>[], rows);
  }
  run.show(object);
  if (shownOnce.includes('otpauthUri') && typeof object.otpauthUri === 'string') run.showQrCode(object.otpauthUri);
  const once = shownOnce.filter((name) => partOf(object, name) !== undefined);
  if (once.length > 0) run.note(`\n${once.join(' and ')}: shown only once.`);
}

/**
 * The API takes a filter's rule as a whole, so an update of parts reads the rest. `if-match` guards against other
 * changes.
 */
async function completeRule(service: Service, target: string, body: Record<string, unknown>) {
  const { rule } = body;
  if (typeof rule !== 'object' || rule === null || 'kind' in rule) return { body };
  const { body: present, headers } = await service.send('GET', target);
  const before = (present as { rule?: object }).rule;
  const { etag } = headers;
  return {
    body: { ...body, rule: { ...before, ...rule } },
    ...(etag !== undefined && { headers: { 'if-match': etag } }),
  };
}
