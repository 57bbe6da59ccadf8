package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

// SR-9, SR-10: results.json and nonces.json. The attack: results of every kind that somebody could forge, swap, stretch or replay.
class ResultVectorsTest {
  private static LocalServer server;

  @BeforeAll
  static void serveKeys() {
    server = new LocalServer(LocalServer.json(new String(Vectors.JWKS, StandardCharsets.UTF_8)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ResultClaims verify(JsonNode one) {
    return Vectors.verifierFor(one, server.url() + "/jwks")
        .verifyResult(Vectors.textOf(one), Vectors.expectationsOf(one));
  }

  private static Stream<JsonNode> cases(boolean good) {
    return Vectors.cases().stream().filter(one -> one.path("expect").textValue().equals("accept") == good);
  }

  @TestFactory
  Stream<DynamicTest> hostileResultsAreRefused() {
    return cases(false)
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(),
                    () -> {
                      CountersignException refusal =
                          Refusals.of(one.path("expect").textValue(), () -> verify(one));
                      // A long piece of the input would be the result itself, and refusals get logged.
                      String text = Vectors.textOf(one);
                      assertFalse(text.length() > 20 && refusal.getMessage().contains(text.substring(0, 20)));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> goodResultsAreTaken() {
    return cases(true)
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(), () -> assertEquals("usr_2v6m0c4x9ta", verify(one).sub())));
  }

  @Test
  void everyOptionThatACaseHasIsOneThatIsHandedOn() {
    Set<String> options = new TreeSet<>();
    Vectors.cases().forEach(one -> one.path("options").fieldNames().forEachRemaining(options::add));
    options.removeAll(Vectors.OPTIONS);
    // It would be tried without what makes it hostile.
    assertEquals(Set.of(), options);
  }

  @Test
  void theCasesAreManyAndOfEveryKind() {
    List<JsonNode> hostile = cases(false).toList();
    assertTrue(hostile.size() > 350);
    assertTrue(cases(true).count() > 25);
    Set<String> codes = new TreeSet<>();
    hostile.forEach(one -> codes.add(one.path("expect").textValue()));
    Set<String> known = new TreeSet<>(ErrorCodes.RESULT);
    // What cannot be a vector: it hangs on the connection.
    known.remove("JWKS_UNAVAILABLE");
    assertEquals(known, codes);
  }
}
