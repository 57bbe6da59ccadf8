import { omitUndefined } from '@countersign/protocol/omit-undefined';
import described from './api.json' with { type: 'json' };
import type { Action, Flag, FlagNotes, FlagType, ResourceCommand, Verb } from './resource-command.ts';

/**
 * The part of the API's document that the command line needs, by request. `api-coverage.test.ts` writes and checks the
 * file.
 */
export type DescribedApi = Record<string, DescribedOperation>;
interface DescribedOperation {
  about: string;
  body: Record<string, DescribedField>;
  query: Record<string, DescribedField>;
}
export interface DescribedField {
  type: FlagType;
  about?: string;
  required?: boolean;
  nullable?: boolean;
}

const API = described as Record<string, DescribedOperation | undefined>;

/** An action with all its flags. */
export interface ActionCommand extends Omit<Action, 'flags' | 'request'> {
  about: string;
  method: string;
  path: string;
  body: readonly Flag[];
  query: readonly Flag[];
}

/** Everything a resource can do: its verbs and its actions. */
export function commandsOf(resource: ResourceCommand): ActionCommand[] {
  const { one, path, verbs, flags = {}, filters = {}, columns, shownOnce, actions = [], watched } = resource;
  const standard: Record<Verb, Omit<Action, 'verb'>> = {
    list: {
      about: 'list, newest first',
      request: `GET ${path}`,
      flags: filters,
      rows: { in: 'items', columns, paged: true, ...omitUndefined({ watched }) },
    },
    show: { about: `show ${one}`, request: `GET ${path}/{id}` },
    create: { about: `create ${one}`, request: `POST ${path}`, flags, ...omitUndefined({ shownOnce }) },
    update: { about: `change ${one}`, request: `PATCH ${path}/{id}`, flags },
    delete: { about: `delete ${one} for good`, request: `DELETE ${path}/{id}`, said: 'deleted' },
  };
  return [...verbs.map((verb) => ({ verb, ...standard[verb] })), ...actions].map(commandOf);
}

/** Adds what the API's document says about the request. Requests of operators are not in it. */
export function commandOf({ flags = {}, request, ...action }: Action): ActionCommand {
  const [method = '', path = ''] = request.split(' ');
  const { about = '', body = {}, query = {} } = API[request] ?? { body: fieldsFrom(flags) };
  return { about, ...action, method, path, body: flagsOf(method, body, flags), query: flagsOf(method, query, flags) };
}

function flagsOf(method: string, fields: Record<string, DescribedField>, notes: FlagNotes): Flag[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const parts = Object.keys(notes).filter((key) => key.startsWith(`${name}.`));
    return [...parts, name].flatMap((key) => flagOf(method, key, field, notes[key]) ?? []);
  });
}

function flagOf(method: string, name: string, field: DescribedField, noted: FlagNotes[string] = {}): Flag | undefined {
  const note = typeof noted === 'string' ? { about: noted } : noted;
  const { flag = flagName(name), type = field.type, about = field.about ?? '', none = 'remove it', on = method } = note;
  if (on !== method) return undefined;
  const isPart = name.includes('.');
  const required = method === 'POST' && (note.required ?? (field.required && !isPart));
  if (required && name === 'language') return { flag, name, type, about, otherwise: LANGUAGE };
  const canBeEmptied = field.nullable && !isPart && type !== 'removal';
  return {
    flag,
    name,
    type,
    about: canBeEmptied ? `${about}; \`${type === 'json' ? 'null' : 'none'}\`: ${none}` : about,
    required,
  };
}

/** The default where the API demands the language of a mail, as in `migrate`. */
const LANGUAGE = 'en';

/** `resultLifetimeMs` is `result-lifetime`. */
function flagName(name: string): string {
  return name.replace(/(Ms|At)$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function fieldsFrom(notes: FlagNotes): Record<string, DescribedField> {
  return Object.fromEntries(Object.keys(notes).map((name) => [name, { type: 'text' as const }]));
}
