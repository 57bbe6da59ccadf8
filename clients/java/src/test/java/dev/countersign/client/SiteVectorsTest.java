package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the routes of a site decide: the vectors that every language runs. */
final class SiteVectorsTest {
  private static Stream<JsonNode> cases(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  /** A sign-in that leads to another site hands the user to a copy of yours. */
  @TestFactory
  Stream<DynamicTest> redirects() {
    return cases(Vectors.read("sites/redirects.json").path("cases"))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(),
                    () -> assertEquals(one.path("accept").booleanValue(), RouteRules.isSafeNext(next(one)))));
  }

  private static String next(JsonNode one) {
    JsonNode next = one.path("next");
    if (!next.has("repeat")) return next.textValue();
    String repeated = next.path("repeat").textValue().repeat(next.path("times").intValue());
    return next.path("prefix").textValue() + repeated + next.path("suffix").textValue();
  }

  /** Login CSRF: another site signs a visitor in as the attacker. */
  @TestFactory
  Stream<DynamicTest> posts() {
    JsonNode file = Vectors.read("sites/posts.json");
    return cases(file.path("cases"))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(),
                    () -> assertEquals(one.path("expect").textValue(), post(one, file.path("defaults")))));
  }

  private static String post(JsonNode one, JsonNode defaults) {
    Map<String, String> headers = new HashMap<>();
    for (JsonNode header : one.path("headers")) {
      headers.put(header.path("name").textValue().toLowerCase(Locale.ROOT), header.path("value").textValue());
    }
    RouteRequest request =
        new RouteRequest(
            one.path("method").asText(defaults.path("method").textValue()),
            headers.get("origin"),
            headers.get("sec-fetch-site"),
            headers.get("content-type"),
            null,
            "/",
            new byte[0]);
    String origin = one.path("origin").asText(defaults.path("origin").textValue());
    return RouteRules.refusePost(origin, request, true).orElse("accept");
  }

  /** A password of the site counts as a factor. */
  @TestFactory
  Stream<DynamicTest> levels() {
    return cases(Vectors.read("sites/step-up.json").path("levels"))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(),
                    () -> {
                      JsonNode claims = one.path("claims");
                      OtpUse otp = OtpUse.of(claims.path("otp").textValue()).orElseThrow();
                      Long checkedAt = one.has("passwordCheckedAt") ? one.path("passwordCheckedAt").longValue() : null;
                      JsonNode expect = one.path("expect");
                      String acr = claims.path("acr").textValue();
                      assertEquals(expect.path("acr").textValue(), RouteRules.acrOf(acr, otp, checkedAt != null));
                      assertEquals(
                          expect.path("authTime").longValue(),
                          RouteRules.authTimeOf(claims.path("auth_time").longValue(), checkedAt));
                    }));
  }

  /** A thief sits down at a browser that was left signed in. */
  @TestFactory
  Stream<DynamicTest> demands() {
    return cases(Vectors.read("sites/step-up.json").path("cases"))
        // What Java's types rule out already: a value of another type, and a null beside another demand.
        .filter(one -> isTyped(one))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(), () -> assertEquals(one.path("expect").textValue(), decide(one))));
  }

  private static boolean isTyped(JsonNode one) {
    JsonNode demand = one.path("demand");
    JsonNode session = one.path("session");
    boolean isDemand =
        (!demand.has("acr") || demand.path("acr").isTextual())
            && (!demand.has("maxAgeMs") || demand.path("maxAgeMs").isIntegralNumber());
    boolean isSession =
        session.isNull()
            || ((!session.has("acr") || session.path("acr").isTextual())
                && (!session.has("authTime") || session.path("authTime").isIntegralNumber()));
    return isDemand && isSession;
  }

  private static String decide(JsonNode one) {
    JsonNode asked = one.path("demand");
    JsonNode session = one.path("session");
    try {
      Duration maxAge = asked.has("maxAgeMs") ? Duration.ofMillis(asked.path("maxAgeMs").longValue()) : null;
      LevelDemand demand = new LevelDemand(asked.path("acr").textValue(), maxAge);
      Long authTime = session.has("authTime") ? session.path("authTime").longValue() : null;
      return demand
          .missing(!session.isNull(), session.path("acr").textValue(), authTime, one.path("now").longValue())
          .orElse("accept");
    } catch (InvalidInputException invalid) {
      return invalid.code();
    }
  }
}
