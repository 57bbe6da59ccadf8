package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The cases that every language has in common; the property {@code vectors} names their folder. */
final class Vectors {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final JsonNode RESULTS = read("results.json");
  static final JsonNode NONCES = read("nonces.json");
  static final JsonNode DEFAULTS = RESULTS.path("defaults");
  static final byte[] JWKS = RESULTS.path("jwks").toString().getBytes(StandardCharsets.UTF_8);
  static final String ISSUER = DEFAULTS.path("issuer").textValue();
  static final String RESOURCE = DEFAULTS.path("resource").textValue();
  static final String NONCE = DEFAULTS.path("nonce").textValue();
  static final long NOW = DEFAULTS.path("now").longValue();

  /** What {@link #verifierFor} and {@link #expectationsOf} hand on. */
  static final Set<String> OPTIONS =
      Set.of(
          "issuer",
          "resource",
          "nonce",
          "now",
          "clockToleranceS",
          "maxLifetimeS",
          "algorithms",
          "origin",
          "requireOtp",
          "acr",
          "transaction",
          "acceptTest",
          "app",
          "maxAgeMs");

  private Vectors() {}

  static JsonNode read(String name) {
    try {
      return MAPPER.readTree(Files.readAllBytes(Path.of(System.getProperty("vectors"), name)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Both files have one form. */
  static List<JsonNode> cases() {
    List<JsonNode> cases = new ArrayList<>();
    RESULTS.path("cases").forEach(cases::add);
    NONCES.path("cases").forEach(cases::add);
    return cases;
  }

  /** The text of a case, long ones written out. */
  static String textOf(JsonNode one) {
    return written(one.path("jwt"));
  }

  static String written(JsonNode jwt) {
    if (jwt.isTextual()) return jwt.textValue();
    String repeated = jwt.path("repeat").textValue().repeat(jwt.path("times").intValue());
    return jwt.path("prefix").textValue() + repeated + jwt.path("suffix").textValue();
  }

  static String named(String name) {
    for (JsonNode one : cases()) if (one.path("name").textValue().equals(name)) return textOf(one);
    throw new IllegalArgumentException("There is no vector " + name);
  }

  static Clock clockAt(long seconds) {
    return Clock.fixed(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
  }

  /** Set up as the case says, with the keys of the vectors. */
  static ResultVerifier verifierFor(JsonNode one, String jwksUrl) {
    Set<ResultAlgorithm> algorithms = EnumSet.noneOf(ResultAlgorithm.class);
    option(one, "algorithms").forEach(name -> algorithms.add(ResultAlgorithm.named(name.textValue()).orElseThrow()));
    return ResultVerifier.builder(option(one, "issuer").textValue(), option(one, "resource").textValue())
        .jwksUrl(jwksUrl)
        .algorithms(algorithms)
        .clockTolerance(Duration.ofSeconds(option(one, "clockToleranceS").longValue()))
        .maxLifetime(Duration.ofSeconds(option(one, "maxLifetimeS").longValue()))
        .clock(clockAt(option(one, "now").longValue()))
        .build();
  }

  static ResultExpectations expectationsOf(JsonNode one) {
    ResultExpectations expected = ResultExpectations.ofNonce(option(one, "nonce").textValue());
    JsonNode options = one.path("options");
    if (options.has("origin")) expected = expected.origin(options.path("origin").textValue());
    if (options.path("requireOtp").asBoolean()) expected = expected.requireOtp();
    if (options.has("acr")) expected = expected.acr(options.path("acr").textValue());
    if (options.has("maxAgeMs")) expected = expected.maxAge(Duration.ofMillis(options.path("maxAgeMs").longValue()));
    if (options.path("acceptTest").asBoolean()) expected = expected.acceptTest();
    if (options.path("app").asBoolean()) expected = expected.app();
    JsonNode transaction = options.path("transaction");
    if (transaction.isTextual()) expected = expected.transactionHash(transaction.textValue());
    if (transaction.isArray()) expected = expected.transaction(fieldsOf(transaction));
    return expected;
  }

  static List<TransactionField> fieldsOf(JsonNode list) {
    List<TransactionField> fields = new ArrayList<>();
    for (JsonNode one : list) {
      fields.add(new TransactionField(one.path("label").textValue(), one.path("value").textValue()));
    }
    return fields;
  }

  private static JsonNode option(JsonNode one, String name) {
    JsonNode options = one.path("options");
    return options.has(name) ? options.path(name) : DEFAULTS.path(name);
  }
}
