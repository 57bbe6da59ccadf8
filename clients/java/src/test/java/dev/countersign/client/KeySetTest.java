package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class KeySetTest {
  private static final long CACHE = 600_000;
  private static final long STALE = 3_600_000;
  private static final long COOLDOWN = 30_000;
  private static final List<JsonNode> ES256 = new ArrayList<>();

  static {
    for (JsonNode key : Vectors.RESULTS.path("jwks").path("keys")) {
      if (key.path("alg").asText().equals("ES256") && key.path("use").asText().equals("sig")) ES256.add(key);
    }
  }

  private static final String FIRST = ES256.get(0).path("kid").textValue();
  private static final String SECOND = ES256.get(1).path("kid").textValue();
  private static final Supplier<CompletableFuture<byte[]>> BOTH = set(ES256.get(0), ES256.get(1));
  private static final Supplier<CompletableFuture<byte[]>> ONLY_FIRST = set(ES256.get(0));
  private static final Supplier<CompletableFuture<byte[]>> ONLY_SECOND = set(ES256.get(1));
  private static final Supplier<CompletableFuture<byte[]>> DOWN =
      () -> CompletableFuture.failedFuture(new IOException("down"));

  private MovingClock clock;
  private final AtomicInteger fetches = new AtomicInteger();

  @BeforeEach
  void begin() {
    clock = new MovingClock(1_000_000);
    fetches.set(0);
  }

  private static Supplier<CompletableFuture<byte[]>> text(String text) {
    return () -> CompletableFuture.completedFuture(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Supplier<CompletableFuture<byte[]>> set(JsonNode... keys) {
    return text("{\"keys\":" + List.of(keys) + "}");
  }

  @SafeVarargs
  private KeySet keySet(Supplier<CompletableFuture<byte[]>>... answers) {
    KeySet.Times times =
        new KeySet.Times(Duration.ofMillis(CACHE), Duration.ofMillis(STALE), Duration.ofMillis(COOLDOWN));
    return new KeySet(
        () -> answers[Math.min(fetches.incrementAndGet(), answers.length) - 1].get(), clock, times);
  }

  @Test
  void areFetchedOnceForManyResults() {
    KeySet keys = keySet(BOTH);
    for (String kid : List.of(FIRST, SECOND, FIRST)) {
      assertEquals(ResultAlgorithm.ES256, keys.find(kid).orElseThrow().algorithm());
    }
    assertEquals(1, fetches.get());
  }

  @Test
  void areFetchedOnceForManyThreads() throws Exception {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    KeySet keys = keySet(() -> answer);
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Future<Boolean>> found = new ArrayList<>();
      for (int at = 0; at < 16; at++) found.add(threads.submit(() -> keys.find(FIRST).isPresent()));
      answer.complete(BOTH.get().get());
      for (Future<Boolean> one : found) assertTrue(one.get());
    } finally {
      threads.shutdownNow();
    }
    assertEquals(1, fetches.get());
  }

  @Test
  void whoeverIsInterruptedLeavesTheFetchToTheOthers() throws Exception {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    KeySet keys = keySet(() -> answer);
    Thread.currentThread().interrupt();
    CountersignException refusal = Refusals.of("ABORTED", () -> keys.find(FIRST));
    assertTrue(refusal instanceof ConnectionException && Thread.interrupted());
    answer.complete(BOTH.get().get());
    assertTrue(keys.find(FIRST).isPresent());
    assertEquals(1, fetches.get());
  }

  @Test
  void areFetchedAgainOnceTheyAreOldAndAWithdrawnKeyNoLongerServes() {
    KeySet keys = keySet(BOTH, ONLY_SECOND);
    keys.find(FIRST);
    clock.advance(CACHE - 1);
    assertTrue(keys.find(FIRST).isPresent());
    assertEquals(1, fetches.get());
    clock.advance(1);
    assertFalse(keys.find(FIRST).isPresent());
    assertEquals(2, fetches.get());
  }

  // SR-58
  @Test
  void aResultByAKeyPublishedSinceIsAcceptedAtOnce() {
    KeySet keys = keySet(ONLY_FIRST, BOTH);
    keys.find(FIRST);
    clock.advance(COOLDOWN);
    assertTrue(keys.find(SECOND).isPresent());
    assertEquals(2, fetches.get());
  }

  @Test
  void anAttackerWhoInventsNamesOfKeysCausesOneFetchPerCooldown() {
    KeySet keys = keySet(BOTH);
    for (int at = 0; at < 100; at++) assertFalse(keys.find("invented-" + at).isPresent());
    assertEquals(1, fetches.get());
    clock.advance(COOLDOWN);
    for (int at = 0; at < 100; at++) assertFalse(keys.find("more-" + at).isPresent());
    assertEquals(2, fetches.get());
  }

  @Test
  void anAttackerDoesNotMakeAnOutageWorseNorKeepGoodResultsOut() {
    KeySet keys = keySet(BOTH, DOWN);
    keys.find(FIRST);
    clock.advance(COOLDOWN);
    for (int at = 0; at < 50; at++) {
      String invented = "invented-" + at;
      Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(invented));
      assertTrue(keys.find(FIRST).isPresent());
    }
    assertEquals(2, fetches.get());
  }

  @Test
  void oldKeysServeForAWhileAndNoLonger() {
    KeySet keys = keySet(BOTH, DOWN);
    keys.find(FIRST);
    clock.advance(CACHE + STALE - 1);
    assertTrue(keys.find(FIRST).isPresent());
    clock.advance(1);
    Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(FIRST));
  }

  @Test
  void aServiceThatIsDownIsAskedEverLessOftenAtFirstSoon() {
    KeySet keys = keySet(DOWN);
    List<Long> askedAt = new ArrayList<>();
    for (long passed = 0; passed < 100_000; passed += 500) {
      int before = fetches.get();
      Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(FIRST));
      if (fetches.get() > before) askedAt.add(passed);
      clock.advance(500);
    }
    assertEquals(List.of(0L, 1000L, 3000L, 7000L, 15_000L, 31_000L, 61_000L, 91_000L), askedAt);
  }

  @Test
  void theFirstGoodAnswerEndsIt() {
    KeySet keys = keySet(DOWN, DOWN, BOTH);
    Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(FIRST));
    clock.advance(1000);
    Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(FIRST));
    clock.advance(2000);
    assertTrue(keys.find(FIRST).isPresent());
    assertFalse(keys.find("unknown").isPresent());
  }

  @Test
  void aClockSetBackDoesNotStretchTheLifeOfOldKeys() {
    KeySet keys = keySet(BOTH, ONLY_SECOND);
    keys.find(FIRST);
    clock.advance(-10 * CACHE);
    assertFalse(keys.find(FIRST).isPresent());
    assertEquals(2, fetches.get());
  }

  private static JsonNode changed(String name, String value) {
    ObjectNode key = ES256.get(0).deepCopy();
    return value == null ? key.without(name) : key.put(name, value);
  }

  @TestFactory
  Stream<DynamicTest> anAnswerThatIsNoKeySetIsNone() {
    JsonNode first = ES256.get(0);
    JsonNode[] tooMany = new JsonNode[33];
    for (int at = 0; at < tooMany.length; at++) tooMany[at] = changed("kid", "k" + at);
    ObjectNode toSign = first.deepCopy();
    toSign.putArray("key_ops").add("sign");
    String zero = "A".repeat(43);
    return Stream.<Object[]>of(
            new Object[] {"not JSON", text("<html>")},
            new Object[] {"nothing", text("")},
            new Object[] {"null", text("null")},
            new Object[] {"a list", text("[" + first + "]")},
            new Object[] {"no keys", set()},
            new Object[] {"keys that are no list", text("{\"keys\":{\"a\":" + first + "}}")},
            new Object[] {"keys that are no objects", text("{\"keys\":[null,1,\"key\",[]]}")},
            new Object[] {"keys named twice", text("{\"keys\":[" + first + "],\"keys\":[" + first + "]}")},
            new Object[] {"no kid", set(changed("kid", null))},
            new Object[] {"more keys than any service has", set(tooMany)},
            new Object[] {"a private key", set(changed("d", "AAAA"))},
            new Object[] {"a point that is not on the curve", set(changed("x", first.path("y").textValue()))},
            new Object[] {"the point at nowhere", set(((ObjectNode) changed("x", zero)).put("y", zero))},
            new Object[] {"a coordinate cut short", set(changed("x", first.path("x").textValue().substring(2)))},
            new Object[] {"a curve that is not the algorithm’s", set(changed("crv", "P-384"))},
            new Object[] {"another algorithm", set(changed("alg", "ES384"))},
            new Object[] {"another kind of key", set(changed("kty", "OKP"))},
            new Object[] {"for encryption", set(changed("use", "enc"))},
            new Object[] {"not for verifying", set(toSign)},
            new Object[] {"down", DOWN})
        .map(one -> DynamicTest.dynamicTest((String) one[0], () -> isNone(one[1])));
  }

  @SuppressWarnings("unchecked")
  private void isNone(Object answer) {
    begin();
    KeySet keys = keySet((Supplier<CompletableFuture<byte[]>>) answer);
    Refusals.of("JWKS_UNAVAILABLE", () -> keys.find(FIRST));
    KeySet kept = keySet(BOTH, (Supplier<CompletableFuture<byte[]>>) answer);
    fetches.set(0);
    kept.find(FIRST);
    clock.advance(CACHE);
    assertTrue(kept.find(FIRST).isPresent(), "it pushed out the keys in memory");
  }

  @Test
  void ofTwoKeysOfOneNameNeitherServesAndTheOthersDo() {
    JsonNode twin = ((ObjectNode) ES256.get(1).deepCopy()).put("kid", FIRST);
    KeySet keys = keySet(set(ES256.get(0), ES256.get(1), twin));
    assertFalse(keys.find(FIRST).isPresent());
    assertTrue(keys.find(SECOND).isPresent());
    begin();
    assertFalse(keySet(set(twin, ES256.get(1), ES256.get(0), twin)).find(FIRST).isPresent(), "three of one name");
  }

  @Test
  void keysThatCannotBeUsedArePassedOver() {
    String unknown = "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"kid\":\"new\"}";
    KeySet keys = keySet(text("{\"keys\":[" + unknown + ",null," + ES256.get(0) + "]}"));
    assertTrue(keys.find(FIRST).isPresent());
    assertFalse(keys.find("new").isPresent());
  }
}
