import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const tracingOf = (env: Record<string, string>) => loadConfig(env).tracing;

test('traces are sent if the environment names an endpoint, as it does for all services', () => {
  expect(tracingOf({})).toBeUndefined();
  expect(tracingOf(ENDPOINT)).toEqual({ sampler: 'parentbased_always_on', ratio: 1 });
  expect(tracingOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel.example/v1/traces' })).toBeDefined();
  const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.05' };
  expect(tracingOf({ ...ENDPOINT, ...sampled })).toEqual({ sampler: 'parentbased_traceidratio', ratio: 0.05 });
  expect(tracingOf({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })).toBeDefined();
});

test('traces are off if the environment says so', () => {
  expect(tracingOf({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  expect(tracingOf({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_SAMPLER', 'always'],
  ['OTEL_TRACES_SAMPLER_ARG', '5'],
  ['OTEL_TRACES_SAMPLER_ARG', 'x'],
])('%s=%s is refused', (name, value) => {
  expect(() => tracingOf({ ...ENDPOINT, [name]: value })).toThrow(ConfigError);
  expect(() => tracingOf({ ...ENDPOINT, [name]: value })).toThrow(name);
});
