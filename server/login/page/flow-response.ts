import type { RefusalCode } from '@countersign/protocol/codes';
import { FLOW_HEADER, type FlowView } from '@countersign/protocol/flow';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { StepRequest } from '../../flows/step.ts';
import { refuseInvalid, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';

/** The frame's requests and responses, the same for every step. */

export function stepRequest(c: Context<AppEnv>, seq: number): StepRequest {
  return { handle: c.req.header(FLOW_HEADER), seq, client: clientInfo(c) };
}

export function flowResponse(c: Context<AppEnv>, result: Result<FlowView>): Response {
  return isRefusal(result) ? refuseResult(c, result) : c.json(result, 200);
}

/** The body by its schema, or the response to a body that does not match. */
export async function parse<T>(c: Context<AppEnv>, schema: z.ZodType<T>): Promise<T | Response> {
  const parsed = schema.safeParse(await c.req.json());
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const refused = issues.map(refusalOf);
  const [first] = refused;
  // A field may have a refusal code of its own, if nothing else is wrong with the body.
  if (first !== undefined && refused.every((code) => code === first)) return refuse(c, first);
  return refuseInvalid(c, parsed.error);
}

function refusalOf(issue: z.core.$ZodIssue): RefusalCode | undefined {
  return issue.code === 'custom' ? (issue.params?.refused as RefusalCode | undefined) : undefined;
}
