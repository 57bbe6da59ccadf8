import { curl } from './curl.ts';
import { javaCall, javaHttp } from './java.ts';
import { phpCall, phpHttp } from './php.ts';
import { pythonCall, pythonHttp } from './python.ts';
import type { ExampleRequest } from './request.ts';
import { typescriptCall, typescriptHttp } from './typescript.ts';

/** A request in one language. */
export interface Snippet {
  language: string;
  /** Whether the project's own library sends it; else it is plain HTTP. */
  usesLibrary: boolean;
  text: string;
}

const LANGUAGES = [
  { language: 'TypeScript', call: typescriptCall, http: typescriptHttp },
  { language: 'Python', call: pythonCall, http: pythonHttp },
  { language: 'PHP', call: phpCall, http: phpHttp },
  { language: 'Java', call: javaCall, http: javaHttp },
];

/** The request with curl, and in every language that has a library, with that library where it has the call. */
export function snippetsOf(request: ExampleRequest): Snippet[] {
  return [
    { language: 'curl', usesLibrary: false, text: curl(request) },
    ...LANGUAGES.map(({ language, call, http }) => {
      const text = call(request);
      return { language, usesLibrary: text !== undefined, text: indentedAs(language, text ?? http(request)) };
    }),
  ];
}

/** By four spaces where that is the custom (PEP 8, PER Coding Style). */
function indentedAs(language: string, text: string): string {
  return language === 'Python' || language === 'PHP' ? text.replaceAll(/^ +/gm, '$&$&') : text;
}
