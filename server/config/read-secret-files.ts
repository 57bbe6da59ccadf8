import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret is one line; no file of one is longer. */
const MAX_LENGTH = 64 * 1024;

/** The variable that names a file with the value of another. */
export function fileVariable(name: string): string {
  return `${name}_FILE`;
}

/**
 * Replaces variables that name a file by its one line, without spaces around it.
 *
 * @param secrets the names of variables that may come from a file
 * @param report takes what is wrong with a variable; never a value or a part of the file
 */
export function readSecretFiles(
  env: Environment,
  secrets: readonly string[],
  report: (name: string, problem: string) => void,
): Environment {
  const values: Record<string, string | undefined> = { ...env };
  for (const name of secrets) {
    const variable = fileVariable(name);
    const file = env[variable];
    delete values[variable];
    if (!file) continue;
    if (env[name]) report(variable, `excludes ${name}: set one of them`);
    else values[name] = readLine(file, (problem) => report(variable, problem));
  }
  return values;
}

function readLine(file: string, report: (problem: string) => void): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '' && text.length <= MAX_LENGTH && !/[\r\n\0]/.test(text)) return text;
    report('must name a file with one line');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    report(code === 'ENOENT' ? 'names a file that does not exist' : `names a file that cannot be read (${code})`);
  }
  return undefined;
}
