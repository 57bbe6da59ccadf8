package dev.countersign.client;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The service's published keys, fetched when first needed, for any number of threads. A fetch belongs to no
 * thread: one that is interrupted leaves it to the others.
 */
final class KeySet {
  private static final long FIRST_RETRY_MS = 1000;
  private static final int MAX_DOUBLINGS = 20;

  /**
   * @param cache how long fetched keys serve without asking again
   * @param maxStale how much longer they serve while asking again fails
   * @param cooldown at most one fetch in this time for names of keys that are not in memory
   */
  record Times(Duration cache, Duration maxStale, Duration cooldown) {}

  private record Fetched(Map<String, PublishedKey> keys, long at) {}

  private final Supplier<CompletableFuture<byte[]>> source;
  private final Clock clock;
  private final Times times;
  private Fetched cached;
  private Long lastAttemptAt;
  private int failures;
  private CompletableFuture<Void> loading;

  KeySet(Supplier<CompletableFuture<byte[]>> source, Clock clock, Times times) {
    this.source = source;
    this.clock = clock;
    this.times = times;
  }

  /**
   * The key of that name, or nothing if the service has none.
   *
   * @throws ResultException {@code JWKS_UNAVAILABLE} when that cannot be found out
   */
  Optional<PublishedKey> find(String kid) {
    if (age() >= times.cache.toMillis()) refresh(0);
    if (age() >= times.cache.plus(times.maxStale).toMillis()) throw unavailable();
    Optional<PublishedKey> known = known(kid);
    if (known.isPresent()) return known;

    // A new key, perhaps. Or an attacker's invention, which must not make us ask each time.
    refresh(times.cooldown.toMillis());
    Optional<PublishedKey> found = known(kid);
    if (found.isEmpty() && isFailing()) throw unavailable();
    return found;
  }

  private synchronized long age() {
    return since(cached == null ? null : cached.at);
  }

  private synchronized Optional<PublishedKey> known(String kid) {
    return cached == null ? Optional.empty() : Optional.ofNullable(cached.keys.get(kid));
  }

  private synchronized boolean isFailing() {
    return failures > 0;
  }

  /** A clock that went backwards makes everything old, so that nothing is trusted for longer because of it. */
  private long since(Long at) {
    long elapsed = at == null ? -1 : clock.millis() - at;
    return elapsed < 0 ? Long.MAX_VALUE : elapsed;
  }

  /** One fetch at a time for all who wait, and after failures ever less often, up to the cooldown. */
  private void refresh(long minimumWaitMs) {
    CompletableFuture<Void> awaited;
    synchronized (this) {
      if (loading == null) {
        if (since(lastAttemptAt) < Math.max(minimumWaitMs, backoffMs())) return;
        lastAttemptAt = clock.millis();
        CompletableFuture<Void> begun = source.get().handle(this::settle);
        // It may have ended within this very call.
        loading = begun.isDone() ? null : begun;
        awaited = begun;
      } else {
        awaited = loading;
      }
    }
    try {
      awaited.get();
    } catch (InterruptedException interrupted) {
      throw ConnectionException.aborted();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible.getCause());
    }
  }

  private long backoffMs() {
    if (failures == 0) return 0;
    return Math.min(times.cooldown.toMillis(), FIRST_RETRY_MS << Math.min(failures - 1, MAX_DOUBLINGS));
  }

  private synchronized Void settle(byte[] bytes, Throwable failure) {
    loading = null;
    try {
      if (failure != null) throw new IOException(failure);
      cached = new Fetched(PublishedKey.readSet(bytes), clock.millis());
      failures = 0;
    } catch (IOException | RuntimeException unusable) {
      failures++;
    }
    return null;
  }

  private static ResultException unavailable() {
    return new ResultException("JWKS_UNAVAILABLE", "The service's public keys cannot be fetched right now.");
  }
}
