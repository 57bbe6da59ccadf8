import { GROUPS, METHODS } from '../library-operations.ts';

/** A call of a client library, by the names of TypeScript. */
export interface LibraryCall {
  /** `users`; none for a method of the client itself. */
  group: string | undefined;
  method: string;
}

const CALLS: ReadonlyMap<string, LibraryCall> = new Map([
  ...Object.entries(GROUPS).flatMap(([group, methods]) =>
    Object.entries(methods).map(([method, route]): [string, LibraryCall] => [route, { group, method }]),
  ),
  ...Object.entries(METHODS).map(([route, method]): [string, LibraryCall] => [route, { group: undefined, method }]),
]);

/** @param route `POST /users` */
export function libraryCall(route: string): LibraryCall | undefined {
  return CALLS.get(route);
}

/** Whether the method of the libraries returns an object. Those that only change something return nothing. */
export function returnsObject(method: string): boolean {
  return !/^(?:delete|remove|forget|save|end)/.test(method);
}

/** `fooBar` as `foo_bar`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
