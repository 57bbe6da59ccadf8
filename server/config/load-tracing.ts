import { parseUrl } from '@countersign/protocol/parse-url';
import type { Environment } from './read-secret-files.ts';

/** The standard samplers (OpenTelemetry, SDK environment variables). */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

interface TracingConfig {
  readonly sampler: (typeof SAMPLERS)[number];
  /** Of the traces that begin here: 0 to 1. */
  readonly ratio: number;
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;

/**
 * Whether traces are sent, and which. The names are those of OpenTelemetry, which operators set for all their services;
 * the exporter reads the rest itself, such as headers, certificates and timeouts.
 *
 * @returns undefined without an endpoint
 */
export function loadTracing(
  env: Environment,
  problem: (name: string, problem: string) => void,
): TracingConfig | undefined {
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none';
  const endpoint = ENDPOINTS.find((name) => env[name]);
  if (isOff || endpoint === undefined) return undefined;
  if (!/^https?:$/.test(parseUrl(env[endpoint] ?? '')?.protocol ?? ''))
    problem(endpoint, 'must be an http or https URL');
  const protocol = PROTOCOLS.find((name) => env[name]);
  // Every receiver of OTLP over HTTP takes JSON too.
  if (protocol && !env[protocol]?.startsWith('http/')) problem(protocol, 'must be http/json: gRPC is not supported');
  const sampler = SAMPLERS.find((name) => name === (env.OTEL_TRACES_SAMPLER || 'parentbased_always_on'));
  if (!sampler) problem('OTEL_TRACES_SAMPLER', `must be one of ${SAMPLERS.join(', ')}`);
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG || 1);
  if (!(ratio >= 0 && ratio <= 1)) problem('OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1');
  return Object.freeze({ sampler: sampler ?? 'always_off', ratio });
}
