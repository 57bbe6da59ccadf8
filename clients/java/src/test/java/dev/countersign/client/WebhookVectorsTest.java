package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

// SR-32. The attack: messages that the service never sent, sent long ago, or that say two things at once.
class WebhookVectorsTest {
  private static final JsonNode VECTORS = Vectors.read("webhooks.json");

  private static Stream<JsonNode> cases() {
    return StreamSupport.stream(VECTORS.path("cases").spliterator(), false);
  }

  private static JsonNode option(JsonNode one, String name) {
    JsonNode options = one.path("options");
    return options.has(name) ? options.path(name) : VECTORS.path("defaults").path(name);
  }

  private static byte[] bodyOf(JsonNode one) {
    JsonNode body = one.path("body");
    if (body.has("base64")) return Base64.getDecoder().decode(body.path("base64").textValue());
    return Vectors.written(body).getBytes(StandardCharsets.UTF_8);
  }

  private static WebhookEvent verify(JsonNode one) {
    List<String> secrets = new ArrayList<>();
    option(one, "secrets").forEach(secret -> secrets.add(secret.textValue()));
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (JsonNode header : one.path("headers")) {
      String name = header.path("name").textValue();
      headers.computeIfAbsent(name, unknown -> new ArrayList<>()).add(header.path("value").textValue());
    }
    Instant now = Instant.ofEpochMilli(option(one, "now").longValue());
    return WebhookVerifier.of(secrets.toArray(String[]::new))
        .clock(Clock.fixed(now, ZoneOffset.UTC))
        .tolerance(Duration.ofMillis(option(one, "toleranceMs").longValue()))
        .verifyWebhook(bodyOf(one), headers);
  }

  @TestFactory
  Stream<DynamicTest> messagesAreTakenOrRefusedAsInEveryLanguage() {
    return cases().map(one -> DynamicTest.dynamicTest(one.path("name").textValue(), () -> check(one)));
  }

  private static void check(JsonNode one) {
    String wanted = one.path("expect").textValue();
    if (!wanted.equals("accept")) {
      CountersignException refusal = Refusals.of(wanted, () -> verify(one));
      for (JsonNode secret : option(one, "secrets")) {
        assertFalse(secret.textValue().length() > 6 && refusal.getMessage().contains(secret.textValue()));
      }
      return;
    }
    WebhookEvent event = verify(one);
    JsonNode told = one.path("event");
    assertEquals(told.path("id").textValue(), event.id());
    assertEquals(told.path("type").textValue(), event.type());
    assertEquals(told.path("at").longValue(), event.at().toEpochMilli());
    assertEquals(told.path("data"), Vectors.MAPPER.valueToTree(event.data()));
  }

  @Test
  void theCasesAreManyAndOfEveryKind() {
    assertTrue(cases().count() > 140);
    Set<String> codes = new TreeSet<>(ErrorCodes.WEBHOOK);
    codes.addAll(Set.of("accept", "OPTION_INVALID"));
    Set<String> expected = new TreeSet<>();
    cases().forEach(one -> expected.add(one.path("expect").textValue()));
    assertEquals(codes, expected);
  }
}
