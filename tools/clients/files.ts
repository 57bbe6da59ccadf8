import { javaCodes, phpCodes, pythonCodes } from './error-codes.ts';
import { javaFiles } from './java.ts';
import { phpFiles } from './php.ts';
import { pythonFiles } from './python.ts';
import { readApi } from './read-api.ts';
import type { ApiDocument } from './schema.ts';

/** Every file of the libraries that is generated, by its path from the root of the project. */
export function clientFiles(document: ApiDocument): Map<string, string> {
  const api = readApi(document);
  const languages = {
    python: new Map([...pythonFiles(api), ['src/countersign/codes.py', pythonCodes()]]),
    php: new Map([...phpFiles(api), ['src/ErrorCodes.php', phpCodes()]]),
    java: new Map([...javaFiles(api), ['src/main/java/dev/countersign/client/ErrorCodes.java', javaCodes()]]),
  };
  return new Map(
    Object.entries(languages).flatMap(([language, files]) =>
      [...files].map(([path, text]) => [`clients/${language}/${path}`, text] as const),
    ),
  );
}
