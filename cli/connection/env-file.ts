import { readFileSync } from 'node:fs';
import { UsageError } from './service.ts';

const WHITESPACE = ' \t\n\r';
const NEWLINE = '\n\r';
/** In double quotes a backslash escapes these, and otherwise stands for itself. */
const ESCAPED_IN_QUOTES = '"\\`$';

type State =
  | 'before-name'
  | 'name'
  | 'before-value'
  | 'value'
  | 'escape'
  | 'single-quoted'
  | 'double-quoted'
  | 'escape-in-quotes'
  | 'comment'
  | 'escape-in-comment';

/**
 * Reads variables as systemd reads them for a unit (systemd.exec(5), `EnvironmentFile=`), so that a command has those of
 * the service: comments begin with # or ;, a backslash joins lines, parts of a value may be quoted, nothing is expanded.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let state: State = 'before-name';
  let [name, value, trailing] = ['', '', ''];
  const end = () => {
    // A name that is none is ignored, like a line without an equals sign.
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name.trimEnd())) found[name.trimEnd()] = value;
    [state, name, value, trailing] = ['before-name', '', '', ''];
  };
  const add = (part: string) => {
    value += trailing + part;
    trailing = '';
  };
  const steps: Record<State, (char: string) => void> = {
    'before-name'(char) {
      if ('#;'.includes(char)) state = 'comment';
      else if (!WHITESPACE.includes(char)) [state, name] = ['name', char];
    },
    name(char) {
      if (NEWLINE.includes(char)) [state, name] = ['before-name', ''];
      else if (char === '=') state = 'before-value';
      else name += char;
    },
    'before-value'(char) {
      if (NEWLINE.includes(char)) end();
      else if (char === "'") state = 'single-quoted';
      else if (char === '"') state = 'double-quoted';
      else if (char === '\\') state = 'escape';
      else if (!WHITESPACE.includes(char)) {
        state = 'value';
        add(char);
      }
    },
    value(char) {
      if (NEWLINE.includes(char)) end();
      else if (char === '\\') {
        state = 'escape';
        add('');
      } else if (WHITESPACE.includes(char)) trailing += char;
      else add(char);
    },
    escape(char) {
      state = 'value';
      if (!NEWLINE.includes(char)) add(char);
    },
    'single-quoted'(char) {
      if (char === "'") state = 'before-value';
      else add(char);
    },
    'double-quoted'(char) {
      if (char === '"') state = 'before-value';
      else if (char === '\\') state = 'escape-in-quotes';
      else add(char);
    },
    'escape-in-quotes'(char) {
      state = 'double-quoted';
      if (ESCAPED_IN_QUOTES.includes(char)) add(char);
      else if (char !== '\n') add(`\\${char}`);
    },
    comment(char) {
      if (char === '\\') state = 'escape-in-comment';
      else if (NEWLINE.includes(char)) state = 'before-name';
    },
    'escape-in-comment'(char) {
      state = NEWLINE.includes(char) ? 'before-name' : 'comment';
    },
  };
  for (const char of text) steps[state](char);
  const isInValue = !['before-name', 'name', 'comment', 'escape-in-comment'].includes(state);
  if (isInValue) end();
  return found;
}

/** @throws UsageError if the file cannot be read */
export function readEnvironmentFile(file: string): Record<string, string> {
  try {
    return parseEnvironmentFile(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new UsageError(`--env-file: ${file} cannot be read (${code})`);
  }
}
