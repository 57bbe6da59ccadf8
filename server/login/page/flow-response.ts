import { FLOW_HEADER, type FlowView } from '@countersign/protocol/flow';
import type { Context } from 'hono';
import type { StepRequest } from '../../flows/step.ts';
import { refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';

/** The frame's requests and responses, the same for every step. */

export function stepRequest(c: Context<AppEnv>, seq: number): StepRequest {
  return { handle: c.req.header(FLOW_HEADER), seq, client: clientInfo(c) };
}

export function flowResponse(c: Context<AppEnv>, result: Result<FlowView>): Response {
  return isRefusal(result) ? refuseResult(c, result) : c.json(result, 200);
}
