import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Tracer } from '../../kernel/ports/tracer.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';

interface TracerOptions {
  readonly version: string;
  readonly sampler: string;
  readonly ratio: number;
  /** How long `stop` waits for the receiver. */
  readonly lastExportMs?: number;
  /** Spans could not be sent. */
  readonly onFailure: (error: unknown) => void;
}

/** Spans that wait for the receiver; further ones are dropped. */
const MAX_WAITING_SPANS = 2048;
const LAST_EXPORT_MS = 2000;

/** Sends spans in batches by OTLP over HTTP, to the endpoint that the environment names (`OTEL_EXPORTER_OTLP_…`). */
export function openTracer({
  version,
  sampler,
  ratio,
  lastExportMs = LAST_EXPORT_MS,
  onFailure,
}: TracerOptions): Tracer {
  const report = (error: unknown) => onFailure(withoutAnswer(error));
  const exporter = reportFailures(new OTLPTraceExporter(), report);
  const provider = new TracerProvider({
    sampler: createSampler(sampler, ratio),
    resource: resourceFromAttributes({ 'service.name': 'countersign', 'service.version': version }).merge(
      // The operator's names count.
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: MAX_WAITING_SPANS })],
  });
  const tracer = provider.getTracer('countersign', version);
  const running = new AsyncLocalStorage<Context>();

  const inSpan = async <T>(span: Span, parent: Context, run: () => Promise<T>): Promise<T> => {
    try {
      return await running.run(trace.setSpan(parent, span), run);
    } catch (error) {
      // Neither message nor stack: they may hold what a client sent.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };

  return {
    request(parent, run) {
      const remote = parent === undefined ? null : parseTraceParent(parent);
      const before = remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT;
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, before);
      const { traceId } = span.spanContext();
      return inSpan(span, before, () =>
        run({
          traceId,
          end(name, facts, outcome) {
            span.updateName(name).setAttributes(facts);
            if (outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
          },
        }),
      );
    },
    step(name, attributes, run) {
      const parent = running.getStore();
      return parent
        ? inSpan(tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent), parent, run)
        : run();
    },
    work(name, attributes, run) {
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, root: true }, ROOT_CONTEXT);
      return inSpan(span, ROOT_CONTEXT, run);
    },
    took(name, ms) {
      const parent = running.getStore();
      if (parent) tracer.startSpan(name, { startTime: Date.now() - ms }, parent).end();
    },
    async stop() {
      await withDeadline(provider.shutdown(), lastExportMs, () => new Error('too slow')).catch(report);
    },
  };
}

/** The receiver's words may quote what it was sent, its credentials included. */
function withoutAnswer(error: unknown): unknown {
  const status = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof status === 'number' ? new Error(`the receiver answered ${status}`) : error;
}

function createSampler(name: string, ratio: number): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function reportFailures(exporter: SpanExporter, onFailure: (error: unknown) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) onFailure(result.error);
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
