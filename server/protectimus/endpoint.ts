import type { PlanCatalogue } from '../billing/plans.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Result } from '../kernel/result.ts';
import type { AuthenticatedKey } from './authenticate-key.ts';
import type { Shape } from './endpoints/envelope.ts';
import type { Fields } from './endpoints/fields.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One authenticated and parsed request of the dialect. */
export interface EndpointRequest {
  ports: Ports;
  act: RequestContext & Pick<AuthenticatedKey, 'actor'>;
  /** The text of the caller's key, which signs transactions. */
  key: string;
  fields: Fields;
  /** The numbers in the path, in order. */
  numbers: readonly string[];
  plans: PlanCatalogue;
}

/** One endpoint of the dialect: its path, its parameters, its handler. */
export interface Endpoint {
  method: Method;
  /** Without the suffix. `#` stands for a number. */
  path: string;
  /** The accepted parameters. */
  fields: readonly string[];
  answer(request: EndpointRequest): Promise<Result<Shape>>;
}

/** The number at that position in the path. */
export function pathNumber({ numbers }: Pick<EndpointRequest, 'numbers'>, at = 0): string {
  const number = numbers[at];
  if (number === undefined) throw new TypeError('the path of the row has no such number');
  return number;
}

/** The endpoint for a path, and the numbers in it; undefined if there is none. */
export function findEndpoint(
  rows: readonly Endpoint[],
  method: string,
  path: string,
): { row: Endpoint; numbers: string[] } | undefined {
  const segments = path.split('/');
  for (const row of rows) {
    if (row.method !== method) continue;
    const numbers = matchPath(row.path.split('/'), segments);
    if (numbers) return { row, numbers };
  }
  return undefined;
}

function matchPath(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const numbers: string[] = [];
  for (const [at, wanted] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (wanted === '#' && /^[0-9]{1,19}$/.test(segment)) numbers.push(segment);
    else if (wanted !== segment) return undefined;
  }
  return numbers;
}
