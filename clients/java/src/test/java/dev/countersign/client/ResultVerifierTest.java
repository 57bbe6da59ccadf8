package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ResultVerifierTest {
  private static final String GOOD = Vectors.named("valid ES256");
  private static final long NOW = Vectors.NOW;
  private static final ResultExpectations EXPECTED = ResultExpectations.ofNonce(Vectors.NONCE);

  private LocalServer server;

  @BeforeEach
  void serveKeys() {
    server = new LocalServer(LocalServer.json(new String(Vectors.JWKS, StandardCharsets.UTF_8)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ResultVerifier.Builder builder() {
    return ResultVerifier.builder(Vectors.ISSUER, Vectors.RESOURCE)
        .jwksUrl(server.url() + "/jwks")
        .clock(Vectors.clockAt(NOW));
  }

  @Test
  void theClaimsIncludeWhatTheResourceAsksForOfTheUser() {
    ResultClaims claims =
        builder().build().verifyResult(Vectors.named("what the resource asks for of the user"), EXPECTED);
    assertEquals("usr_2v6m0c4x9ta", claims.sub());
    assertEquals(Optional.of("mira@shop.example"), claims.email());
    assertEquals(Optional.of("Mira \u00d6lander"), claims.name());
    assertEquals(Optional.of("customer-1042"), claims.externalId());
    assertEquals(List.of("eu"), claims.metadata().get("regions"));
    assertEquals("usr_0", claims.metadata().get("sub"));
    ResultClaims plain = builder().build().verifyResult(GOOD, EXPECTED);
    assertEquals(Optional.empty(), plain.email());
    assertTrue(plain.metadata().isEmpty());
  }

  // SR-9
  @Test
  void anAttackerWhoChangesAnyOneCharacterIsRefused() {
    ResultVerifier verifier = builder().build();
    Random chance = new Random(9);
    String characters = "ABCXYZabcxyz0189-_.=+/ {}\"";
    for (int run = 0; run < 500; run++) {
      int at = chance.nextInt(GOOD.length());
      char other = characters.charAt(chance.nextInt(characters.length()));
      if (GOOD.charAt(at) == other) continue;
      String changed = GOOD.substring(0, at) + other + GOOD.substring(at + 1);
      CountersignException refusal = Refusals.of(() -> verifier.verifyResult(changed, EXPECTED));
      assertTrue(refusal.code().startsWith("RESULT_"), refusal.code());
    }
  }

  @Test
  void anAttackerWhoSendsAnyTextIsRefusedAndNeverWithAnotherKindOfException() {
    ResultVerifier verifier = builder().build();
    Random chance = new Random(10);
    for (int run = 0; run < 500; run++) {
      StringBuilder text = new StringBuilder();
      int[] range = {0x80, 0x3000, 0xffff, 0x10ffff};
      for (int length = chance.nextInt(100); length > 0; length--) {
        text.appendCodePoint(chance.nextInt(4) == 0 ? '.' : chance.nextInt(range[chance.nextInt(4)]));
      }
      Refusals.of("RESULT_MALFORMED", () -> verifier.verifyResult(text.toString(), EXPECTED));
    }
    Refusals.of("RESULT_MALFORMED", () -> verifier.verifyResult(null, EXPECTED));
  }

  @Test
  void anAttackerWhoSendsJunkDoesNotEvenHaveTheKeysFetched() {
    ResultVerifier verifier = builder().build();
    for (String junk :
        List.of("", "a.b.c", Vectors.named("alg \"none\" without a signature"), Vectors.named("typ \"JWT\""))) {
      Refusals.of(() -> verifier.verifyResult(junk, EXPECTED));
    }
    Refusals.of("RESULT_KEY_UNKNOWN", () -> verifier.verifyResult(Vectors.named("kid \"\""), EXPECTED));
    assertEquals(List.of(), server.seen());
  }

  @Test
  void aSessionWithoutANonceIsRefusedWhateverTheResult() {
    ResultVerifier verifier = builder().build();
    for (String lost : new String[] {null, "", "short", " ".repeat(20), "n".repeat(257)}) {
      Refusals.of("RESULT_NONCE_WRONG", () -> verifier.verifyResult(GOOD, ResultExpectations.ofNonce(lost)));
    }
  }

  @Test
  void theClaimsAreThoseOfTheResult() {
    ResultClaims claims = builder().build().verifyResult(Vectors.named("a claim that nobody knows"), EXPECTED);
    assertEquals(
        new ResultClaims(
            Vectors.ISSUER,
            Vectors.RESOURCE,
            "usr_2v6m0c4x9ta",
            "mira",
            Vectors.NONCE,
            "https://shop.example",
            List.of("pwd", "otp", "mfa"),
            "2",
            OtpUse.VERIFIED,
            Optional.empty(),
            Instant.ofEpochSecond(NOW - 6),
            Instant.ofEpochSecond(NOW - 5),
            Instant.ofEpochSecond(NOW + 55),
            "flw_0h7r3k5n8wq",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            false,
            false,
            false),
        claims);
    assertTrue(builder().build().verifyResult(Vectors.named("a breached password"), EXPECTED).passwordBreached());
  }

  // The attack: CVE-2022-21449, to which zeros are a signature of anything. This Java knows it; others may not.
  @Test
  void numbersOutsideTheOrderOfTheGroupAreNoSignature() throws Exception {
    String order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    String last = order.substring(0, 62) + "50";
    String zero = "0".repeat(64);
    String one = "0".repeat(63) + "1";
    assertTrue(PublishedKey.isWithinOrder(HexFormat.of().parseHex(one + last)));
    assertTrue(PublishedKey.isWithinOrder(HexFormat.of().parseHex(last + one)));
    for (String outside : List.of(zero + zero, zero + one, one + zero, order + one, one + order, one, one + one + "00")) {
      assertFalse(PublishedKey.isWithinOrder(HexFormat.of().parseHex(outside)), outside);
    }
  }

  @Test
  void manyThreadsShareOneVerifierAndOneFetch() throws Exception {
    ResultVerifier verifier = builder().build();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<String>> subjects = new ArrayList<>();
      for (int at = 0; at < 64; at++) subjects.add(threads.submit(() -> verifier.verifyResult(GOOD, EXPECTED).sub()));
      for (Future<String> one : subjects) assertEquals("usr_2v6m0c4x9ta", one.get());
    } finally {
      threads.shutdownNow();
    }
    assertEquals(List.of("GET /jwks"), server.lines());
  }

  @Test
  void theKeysAreAskedForWithoutCredentials() {
    builder().build().verifyResult(GOOD, EXPECTED);
    assertEquals(null, server.seen().get(0).headers().get("authorization"));
    assertEquals(null, server.seen().get(0).headers().get("cookie"));
  }

  @Test
  void aFactorMayHaveBeenShownAsLongAgoAsIsSaidAndTheTolerance() {
    Random chance = new Random(11);
    for (int run = 0; run < 200; run++) {
      int later = chance.nextInt(50);
      Duration maxAge = Duration.ofMillis(chance.nextInt(60_000));
      ResultVerifier verifier =
          builder().clock(Vectors.clockAt(NOW + later)).clockTolerance(Duration.ofSeconds(2)).build();
      ResultExpectations asked = EXPECTED.maxAge(maxAge);
      if ((later + 6 - 2) * 1000L <= maxAge.toMillis()) verifier.verifyResult(GOOD, asked);
      else Refusals.of("RESULT_TOO_OLD", () -> verifier.verifyResult(GOOD, asked));
    }
    for (Duration never : new Duration[] {null, Duration.ofMillis(-1), Duration.ofDays(2)}) {
      Refusals.of("OPTION_INVALID", () -> EXPECTED.maxAge(never));
    }
  }

  @Test
  void aResultIsGoodFromIssueLessTheToleranceUntilExpiryPlusTheToleranceAndNeverElse() {
    Random chance = new Random(12);
    for (int run = 0; run < 300; run++) {
      long at = NOW - 200 + chance.nextInt(400);
      int tolerance = chance.nextInt(60);
      ResultVerifier verifier =
          builder().clock(Vectors.clockAt(at)).clockTolerance(Duration.ofSeconds(tolerance)).build();
      if (at >= NOW + 55 + tolerance) {
        Refusals.of("RESULT_EXPIRED", () -> verifier.verifyResult(GOOD, EXPECTED));
      } else if (at < NOW - 5 - tolerance) {
        Refusals.of("RESULT_NOT_YET_VALID", () -> verifier.verifyResult(GOOD, EXPECTED));
      } else {
        verifier.verifyResult(GOOD, EXPECTED);
      }
    }
  }

  @Test
  void theAddressOfTheKeysIsUnderTheIssuerUnlessItIsSaid() {
    ResultVerifier verifier = ResultVerifier.builder(server.url() + "/sign/", Vectors.RESOURCE).build();
    Refusals.of(() -> verifier.verifyResult(GOOD, EXPECTED));
    assertEquals(List.of("GET /sign/.well-known/jwks.json"), server.lines());
  }

  @Test
  void anAnswerWithAnotherStatusARedirectAnEndlessOrALateOneIsNone() {
    List<LocalServer.Answer> answers =
        List.of(
            LocalServer.json(500, new String(Vectors.JWKS, StandardCharsets.UTF_8)),
            LocalServer.json(302, "", "location", server.url() + "/jwks"),
            LocalServer.json(" ".repeat(65 * 1024) + "{}"),
            LocalServer.hangUp());
    for (LocalServer.Answer answer : answers) {
      try (LocalServer other = new LocalServer(answer)) {
        ResultVerifier verifier = builder().jwksUrl(other.url() + "/jwks").build();
        Refusals.of("JWKS_UNAVAILABLE", () -> verifier.verifyResult(GOOD, EXPECTED));
      }
    }
    assertEquals(List.of(), server.seen(), "a redirect was followed");
    for (LocalServer late : List.of(LocalServer.silent(), LocalServer.endlessBody())) {
      try (late) {
        ResultVerifier verifier =
            builder().jwksUrl(late.url() + "/jwks").jwksTimeout(Duration.ofMillis(200)).build();
        Refusals.of("JWKS_UNAVAILABLE", () -> verifier.verifyResult(GOOD, EXPECTED));
      }
    }
  }

  @Test
  void optionsThatCannotWorkAreNamed() {
    for (String issuer :
        new String[] {
          null,
          "",
          "auth.example",
          "http://auth.example",
          "https://user:pass@auth.example",
          "https://auth.example/?a=1",
          "https://auth.example/#a",
          "ftp://localhost",
          "http://127.0.0.1.evil.example",
          "http://localhost.evil.example",
          "http://127.1.1.999",
          "https://",
          "https:auth.example",
          "https://a b"
        }) {
      names("issuer", () -> ResultVerifier.builder(issuer, "res_1"));
    }
    names("resource", () -> ResultVerifier.builder(Vectors.ISSUER, ""));
    names("resource", () -> ResultVerifier.builder(Vectors.ISSUER, null));
    names("jwksUrl", () -> builder().jwksUrl("http://auth.example/jwks"));
    names("algorithms", () -> builder().algorithms(EnumSet.noneOf(ResultAlgorithm.class)));
    names("algorithms", () -> builder().algorithms(null));
    names("clockTolerance", () -> builder().clockTolerance(Duration.ofSeconds(-1)));
    names("clockTolerance", () -> builder().clockTolerance(Duration.ofSeconds(301)));
    names("maxLifetime", () -> builder().maxLifetime(Duration.ofSeconds(301)));
    names("jwksCache", () -> builder().jwksCache(Duration.ofDays(2)));
    names("jwksCooldown", () -> builder().jwksCooldown(Duration.ZERO));
    names("jwksTimeout", () -> builder().jwksTimeout(null));
    names("clock", () -> builder().clock(null));
    HttpClient follows = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
    names("httpClient", () -> builder().httpClient(follows).build());
  }

  @Test
  void demandsThatWereLostOnTheWayAreNotTakenForNone() {
    names("origin", () -> EXPECTED.origin(null));
    for (String acr : new String[] {null, "", "0", "3"}) names("acr", () -> EXPECTED.acr(acr));
    names("expected", () -> builder().build().verifyResult(GOOD, null));
  }

  @Test
  void expectationsAreNotChangedByMakingOthersOfThem() {
    UnaryOperator<ResultExpectations> strict = one -> one.origin("https://evil.example").acr("2").requireOtp();
    strict.apply(EXPECTED);
    assertEquals("mira", builder().build().verifyResult(GOOD, EXPECTED).preferredUsername());
    assertEquals(
        "The sign-in happened on \"https://shop.example\", and \"https://evil.example\" is expected.",
        Refusals.of(
                "RESULT_ORIGIN_WRONG",
                () -> builder().build().verifyResult(GOOD, strict.apply(EXPECTED)))
            .getMessage());
  }

  private static void names(String option, Executable call) {
    String said = Refusals.of("OPTION_INVALID", call).getMessage();
    assertTrue(said.contains("\"" + option + "\""), said);
  }
}
