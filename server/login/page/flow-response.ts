import { FLOW_HEADER, type FlowView } from '@countersign/protocol/flow';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { refuseInvalid, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';

/** What every answer of the frame's conversation is made of. */

export function whose(c: Context<AppEnv>) {
  return { handle: c.req.header(FLOW_HEADER), client: clientInfo(c) };
}

export function answer(c: Context<AppEnv>, verdict: Result<FlowView>): Response {
  return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
}

export async function parse<T>(c: Context<AppEnv>, schema: z.ZodType<T>): Promise<T | Response> {
  const parsed = schema.safeParse(await c.req.json());
  return parsed.success ? parsed.data : refuseInvalid(c, parsed.error);
}
