import { openService } from '../../server/testing/http-service.ts';
import type { ApiDocument } from './schema.ts';

/** The OpenAPI document of the service as it is in this checkout. */
export async function openApiDocument(): Promise<ApiDocument> {
  const service = await openService('client generator');
  try {
    return (await (await service.call('GET /v1/openapi.json')).json()) as ApiDocument;
  } finally {
    await service.ports.close();
  }
}
