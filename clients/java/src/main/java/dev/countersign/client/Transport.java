package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/** Sends requests and repeats those that may be repeated. The API key is in here and is never shown. */
final class Transport {
  /** Waits, as {@link Thread#sleep} does. */
  interface Pause {
    void of(Duration length) throws InterruptedException;
  }

  /**
   * @param url without a slash at its end
   * @param timeout of one attempt
   * @param retries after the first attempt
   * @param maxRetryWait a service that wants a longer wait than this is not waited for
   */
  record Options(String url, Duration timeout, int retries, Duration maxRetryWait, Clock clock, Pause pause) {}

  private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;
  private static final long FIRST_DELAY_MS = 200;
  private static final long MAX_DELAY_MS = 5000;
  /** Answers after which the same request may well succeed. A 500 is not among them: it is a bug, and stays one. */
  private static final Set<Integer> TRANSIENT_STATUS = Set.of(429, 502, 503, 504);

  private final BoundedHttp http;
  private final String apiKey;
  private final Options options;

  Transport(BoundedHttp http, String apiKey, Options options) {
    this.http = http;
    this.apiKey = apiKey;
    this.options = options;
  }

  /** The answer: an object, or nothing for 204. */
  Optional<ObjectNode> send(ApiRequest request) {
    String idempotencyKey = request.kind() == ApiRequest.Kind.CREATION ? UUID.randomUUID().toString() : null;
    int retries = request.kind() == ApiRequest.Kind.ONCE ? 0 : options.retries;
    for (int tried = 1; ; tried++) {
      try {
        return attempt(request, idempotencyKey);
      } catch (CountersignException failure) {
        Duration delay = tried > retries ? null : delayAfter(failure, tried);
        if (delay == null) throw failure;
        pause(delay);
      }
    }
  }

  private Optional<ObjectNode> attempt(ApiRequest request, String idempotencyKey) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(options.url + request.urlTail()))
            .header("accept", "application/json")
            .header("authorization", "Bearer " + apiKey);
    if (idempotencyKey != null) builder.header("idempotency-key", idempotencyKey);
    if (request.body() == null) {
      builder.method(request.method(), HttpRequest.BodyPublishers.noBody());
    } else {
      builder.header("content-type", "application/json");
      builder.method(request.method(), HttpRequest.BodyPublishers.ofByteArray(Json.write(request.body())));
    }
    HttpResponse<byte[]> answer = await(http.send(builder.build(), options.timeout, MAX_ANSWER_BYTES));
    if (answer.statusCode() == 204) return Optional.empty();
    if (answer.statusCode() < 200 || answer.statusCode() > 299) {
      throw Problems.read(answer, options.clock, text -> text.replace(apiKey, "[API key]"));
    }
    Optional<ObjectNode> body = Json.readObject(answer.body());
    if (body.isPresent()) return body;
    throw new ConnectionException(
        "RESPONSE_INVALID", "The answer is not JSON.", CountersignException.Details.ofStatus(answer.statusCode()));
  }

  private <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      // Ends the request as well.
      future.cancel(true);
      throw ConnectionException.aborted();
    } catch (ExecutionException failure) {
      throw connectionError(failure.getCause());
    }
  }

  /** Only the kind of a foreign exception is told: its message may quote headers. */
  private ConnectionException connectionError(Throwable failure) {
    if (failure instanceof TimeoutException) {
      return new ConnectionException("TIMEOUT", "No answer within " + options.timeout.toMillis() + " ms.");
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BoundedBody.TooLarge) {
        return new ConnectionException(
            "RESPONSE_INVALID", "The answer has more than " + MAX_ANSWER_BYTES + " bytes.");
      }
    }
    return new ConnectionException(
        "NETWORK_FAILED", "The request failed (" + failure.getClass().getSimpleName() + ").");
  }

  /**
   * How long to wait before the next attempt, or null if there should be none. Half of the delay is random, so that
   * clients who failed together do not come back together.
   */
  private Duration delayAfter(CountersignException failure, int tried) {
    if (!isTransient(failure)) return null;
    long backoffMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS << (tried - 1));
    Duration delay = Duration.ofMillis(backoffMs / 2 + ThreadLocalRandom.current().nextLong(backoffMs / 2 + 1));
    Optional<Duration> asked = failure.retryAfter();
    if (asked.isEmpty()) return delay.compareTo(options.maxRetryWait) < 0 ? delay : options.maxRetryWait;
    return asked.get().compareTo(options.maxRetryWait) > 0 ? null : asked.get().plus(delay.dividedBy(2));
  }

  private static boolean isTransient(CountersignException failure) {
    if (failure.status().isEmpty()) return failure.code().equals("NETWORK_FAILED") || failure.code().equals("TIMEOUT");
    // The first attempt, whose answer was lost, is still at work.
    return TRANSIENT_STATUS.contains(failure.status().getAsInt()) || failure.code().equals("IDEMPOTENCY_KEY_IN_USE");
  }

  private void pause(Duration length) {
    try {
      options.pause.of(length);
    } catch (InterruptedException interrupted) {
      throw ConnectionException.aborted();
    }
  }
}
