package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TransportTest {
  private static final String API_KEY = "key_0123456789a.secret";
  private static final LocalServer.Answer USER = LocalServer.json("{\"id\":\"usr_1\",\"login\":\"mira\"}");
  private static final LocalServer.Answer BUSY = LocalServer.problem(503, "OVERLOADED");
  private static final Instant NOW = Instant.parse("2027-01-15T08:00:00Z");

  private final List<Duration> waits = new ArrayList<>();

  private CountersignClient client(String url, UnaryOperator<CountersignClient.Builder> options) {
    CountersignClient.Builder builder =
        CountersignClient.builder(url, API_KEY).clock(Clock.fixed(NOW, ZoneOffset.UTC)).pause(waits::add);
    return options.apply(builder).build();
  }

  private void with(
      UnaryOperator<CountersignClient.Builder> options,
      List<LocalServer.Answer> answers,
      BiConsumer<CountersignClient, LocalServer> test) {
    waits.clear();
    try (LocalServer server = new LocalServer(answers.toArray(LocalServer.Answer[]::new))) {
      test.accept(client(server.url(), options), server);
    }
  }

  @TestFactory
  Stream<DynamicTest> whatMayBeRepeatedIs() {
    return Stream.<Object[]>of(
            new Object[] {"OVERLOADED", BUSY},
            new Object[] {"RATE_LIMITED", LocalServer.problem(429, "RATE_LIMITED")},
            new Object[] {"a bad gateway", LocalServer.json(502, "<html>")},
            new Object[] {"a gateway that waited too long", LocalServer.json(504, "")})
        .map(
            one ->
                DynamicTest.dynamicTest(
                    "after " + one[0],
                    () ->
                        with(
                            builder -> builder,
                            List.of((LocalServer.Answer) one[1], (LocalServer.Answer) one[1], USER),
                            (client, server) -> {
                              assertEquals("usr_1", client.users().get("usr_1").id());
                              assertEquals(2, waits.size());
                            })));
  }

  @Test
  void alsoAfterALostConnection() {
    // Java itself asks once more for what a GET got no answer to, so that there is one wait less.
    with(
        builder -> builder,
        List.of(LocalServer.hangUp(), LocalServer.hangUp(), USER),
        (client, server) -> {
          assertEquals("usr_1", client.users().get("usr_1").id());
          assertFalse(waits.isEmpty());
        });
  }

  @Test
  void twiceAndNoMoreThenTheLastExceptionComes() {
    with(
        builder -> builder,
        List.of(BUSY, BUSY, LocalServer.problem(503, "CONTENTION"), USER),
        (client, server) -> {
          Refusals.of("CONTENTION", () -> client.users().get("usr_1"));
          assertEquals(3, server.seen().size());
        });
    with(
        builder -> builder.retries(0),
        List.of(BUSY, USER),
        (client, server) -> Refusals.of("OVERLOADED", () -> client.users().get("usr_1")));
  }

  @Test
  void aCreationCarriesTheSameIdempotencyKeyEachTimeAndTheNextOneAnother() {
    LocalServer.Answer inUse = LocalServer.problem(409, "IDEMPOTENCY_KEY_IN_USE");
    with(
        builder -> builder,
        List.of(LocalServer.hangUp(), inUse, USER),
        (client, server) -> {
          client.users().create(Map.of("login", "mira"));
          client.users().create(Map.of("login", "juno"));
          List<String> keys = server.seen().stream().map(one -> one.headers().get("idempotency-key")).toList();
          assertEquals(4, keys.size());
          assertTrue(keys.get(0).matches("[\\x21-\\x7e]{16,128}"));
          assertEquals(1, new HashSet<>(keys.subList(0, 3)).size());
          assertNotEquals(keys.get(0), keys.get(3));
          assertEquals("{\"login\":\"mira\"}", server.seen().get(2).body());
          client.users().get("usr_1");
          assertFalse(server.seen().get(4).headers().containsKey("idempotency-key"), "reads carry none");
        });
  }

  @Test
  void whatMayHaveHappenedAlreadyIsNotRepeatedWhateverTheFailure() {
    String nonce = "n".repeat(32);
    List<Consumer<CountersignClient>> calls =
        List.of(
            client -> client.authenticate(AuthenticateInput.password("res_1", "mira", "pw")),
            client -> client.consumeResult(ConsumeResult.of("a.b.c", "res_1", nonce)),
            client -> client.createLoginRequest(NewLoginRequest.of("u", "res_1", nonce)),
            client -> client.createRedirect(NewRedirect.of("res_1", nonce, "https://shop.example/in")),
            client -> client.createChallenge(NewChallenge.ofUser("res_1", "u")),
            client ->
                client.createTransaction(
                    NewTransaction.of("u", "res_1", nonce, List.of(new TransactionField("a", "b")))),
            client -> client.saveEnvironment("u", null, new Environment("en", null, null, null, null)),
            client -> client.users().update("usr_1", Map.of("blocked", true)),
            client -> client.users().delete("usr_1"),
            client -> client.users().forgetEnvironments("usr_1"),
            client -> client.users().endBrowserTrust("usr_1", Map.of("browser", "tbr_00000000001")),
            client -> client.resources().setLogo("res_1", Map.of("image", "AAAA")),
            client -> client.resources().removeLogo("res_1"),
            client -> client.tokens().resync("tok_1", Map.of("otps", List.of("755224", "287082"))),
            client -> client.tokens().check("tok_1", Map.of("otp", "755224")),
            client -> client.assignments().delete(Map.of("resource", "res_1", "user", "usr_1")));
    for (LocalServer.Answer failure :
        List.of(LocalServer.hangUp(), BUSY, LocalServer.problem(429, "TOO_MANY_ATTEMPTS", "\"retryAfterMs\":1"))) {
      with(
          builder -> builder,
          List.of(failure),
          (client, server) -> {
            for (Consumer<CountersignClient> call : calls) Refusals.of(() -> call.accept(client));
            assertEquals(calls.size(), server.seen().size());
            assertEquals(List.of(), waits);
          });
    }
  }

  @Test
  void whatAnotherTryCannotMendIsNotRepeated() {
    for (LocalServer.Answer failure :
        List.of(
            LocalServer.problem(404, "USER_NOT_FOUND"),
            LocalServer.problem(401, "API_KEY_INVALID"),
            LocalServer.problem(409, "NAME_TAKEN"),
            LocalServer.problem(500, "INTERNAL"),
            LocalServer.json("not json"),
            LocalServer.json("{}{}"),
            LocalServer.json(200, "x".repeat(5 * 1024 * 1024)))) {
      with(
          builder -> builder,
          List.of(failure, USER),
          (client, server) -> {
            Refusals.of(() -> client.users().create(Map.of("login", "mira")));
            assertEquals(1, server.seen().size());
          });
    }
  }

  @Test
  void anAnswerThatGoesOnTooLongIsNone() {
    with(
        builder -> builder,
        List.of(LocalServer.json("{\"a\":\"" + "x".repeat(4 * 1024 * 1024) + "\"}")),
        (client, server) -> {
          String said = Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1")).getMessage();
          assertTrue(said.contains("more than"), said);
        });
  }

  @Test
  void theWaitBeforeTheNextTryGrowsAndIsNeverTheSameForAll() {
    List<List<Duration>> all = new ArrayList<>();
    for (int run = 0; run < 30; run++) {
      with(
          builder -> builder,
          List.of(BUSY),
          (client, server) -> {
            Refusals.of(() -> client.users().get("usr_1"));
            all.add(List.copyOf(waits));
          });
    }
    for (List<Duration> each : all) {
      assertTrue(each.get(0).toMillis() >= 100 && each.get(0).toMillis() <= 200, each.toString());
      assertTrue(each.get(1).toMillis() >= 200 && each.get(1).toMillis() <= 400, each.toString());
    }
    assertTrue(new HashSet<>(all).size() > 20);
  }

  @Test
  void theWaitIsAtLeastWhatTheServiceAsks() {
    record Case(LocalServer.Answer failure, long waitMs) {}
    for (Case one :
        List.of(
            new Case(LocalServer.problem(503, "OVERLOADED", "", "retry-after", "3"), 3000),
            new Case(LocalServer.problem(503, "OVERLOADED", "", "retry-after", "Fri, 15 Jan 2027 08:00:04 GMT"), 4000),
            new Case(LocalServer.problem(429, "RATE_LIMITED", "\"retryAfterMs\":2500", "retry-after", "3"), 2500),
            new Case(LocalServer.json(503, "", "retry-after", "1"), 1000))) {
      with(
          builder -> builder,
          List.of(one.failure, USER),
          (client, server) -> {
            client.users().get("usr_1");
            long waited = waits.get(0).toMillis();
            assertTrue(waited >= one.waitMs && waited <= one.waitMs + 200, waited + " for " + one.waitMs);
          });
    }
  }

  @Test
  void aWaitThatIsLongerThanIsWishedIsNotTakenAndTheExceptionSaysHowLong() {
    with(
        builder -> builder,
        List.of(LocalServer.problem(429, "RATE_LIMITED", "\"retryAfterMs\":10001"), USER),
        (client, server) -> {
          CountersignException refusal = Refusals.of("RATE_LIMITED", () -> client.users().get("usr_1"));
          assertEquals(Optional.of(Duration.ofMillis(10_001)), refusal.retryAfter());
          assertEquals(1, server.seen().size());
        });
    for (String header : List.of("soon", "-5", "1.5e3x", "")) {
      with(
          builder -> builder.retries(0),
          List.of(LocalServer.problem(503, "OVERLOADED", "", "retry-after", header)),
          (client, server) ->
              assertEquals(Optional.empty(), Refusals.of(() -> client.users().get("usr_1")).retryAfter()));
    }
  }

  @Test
  void noAnswerOrABodyThatNeverEndsIsATimeout() {
    for (LocalServer late : List.of(LocalServer.silent(), LocalServer.endlessBody())) {
      try (late) {
        CountersignClient client = client(late.url(), builder -> builder.timeout(Duration.ofMillis(200)).retries(1));
        Refusals.of("TIMEOUT", () -> client.authenticate(AuthenticateInput.password("res_1", "mira", "pw")));
        assertEquals(1, late.seen().size());
        Refusals.of("TIMEOUT", () -> client.users().get("usr_1"));
        assertEquals(3, late.seen().size());
      }
    }
  }

  @Test
  void anInterruptionEndsTheRequestAndTheWaitBetweenTwoTries() {
    try (LocalServer late = LocalServer.silent()) {
      CountersignClient client = client(late.url(), builder -> builder);
      Thread.currentThread().interrupt();
      Refusals.of("ABORTED", () -> client.users().get("usr_1"));
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
    }
    try (LocalServer busy = new LocalServer(BUSY)) {
      CountersignClient client =
          client(
              busy.url(),
              builder ->
                  builder.pause(
                      length -> {
                        throw new InterruptedException();
                      }));
      Refusals.of("ABORTED", () -> client.users().get("usr_1"));
      assertTrue(Thread.interrupted());
      assertEquals(1, busy.seen().size());
    }
  }

  @Test
  void nobodyThereIsSaidInOneWord() {
    String url;
    try (LocalServer gone = new LocalServer(USER)) {
      url = gone.url();
    }
    CountersignClient client = client(url, builder -> builder.retries(0));
    CountersignException refusal = Refusals.of("NETWORK_FAILED", () -> client.users().get("usr_1"));
    assertEquals("The request failed (ConnectException).", refusal.getMessage());
    assertTrue(refusal instanceof ConnectionException);
  }

  @Test
  void anExceptionOfAProxyInBetweenHasTheStatusAndNoWordsOfItsOwn() {
    with(
        builder -> builder.retries(0),
        List.of(LocalServer.json(502, "<h1>Bad gateway</h1>")),
        (client, server) -> {
          CountersignException refusal = Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1"));
          assertEquals("The service answered 502 and no reason.", refusal.getMessage());
          assertEquals(502, refusal.status().getAsInt());
        });
  }

  @Test
  void aRedirectIsNotFollowed() {
    try (LocalServer other = new LocalServer(USER);
        LocalServer moved = new LocalServer(LocalServer.json(307, "", "location", other.url() + "/v1/users/usr_1"))) {
      CountersignClient client = client(moved.url(), builder -> builder);
      Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1"));
      assertEquals(List.of(), other.seen());
    }
  }

  /**
   * SR-35, SR-9. The attack: the host names a proxy for everything, and whoever is on the way there reads the key, or
   * answers for the service with keys of their own.
   */
  @Test
  void whatIsNotEncryptedGoesToNoProxy() {
    ProxySelector usual = ProxySelector.getDefault();
    try (LocalServer proxy = new LocalServer(USER);
        LocalServer service = new LocalServer(USER)) {
      URI named = URI.create(proxy.url());
      ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress(named.getHost(), named.getPort())));
      CountersignClient client = client(service.url(), builder -> builder);
      assertEquals("usr_1", client.users().get("usr_1").id());
      ResultVerifier verifier = ResultVerifier.builder(service.url(), "res_1").build();
      String said = "{\"typ\":\"countersign-result+jwt\",\"alg\":\"ES256\",\"kid\":\"k\"}";
      String header =
          Base64.getUrlEncoder().withoutPadding().encodeToString(said.getBytes(StandardCharsets.UTF_8));
      Refusals.of(
          "JWKS_UNAVAILABLE", () -> verifier.verifyResult(header + ".e30.AAAA", ResultExpectations.ofNonce("n")));
      assertEquals(List.of("GET /v1/users/usr_1", "GET /.well-known/jwks.json"), service.lines());
      assertEquals(List.of(), proxy.seen());
    } finally {
      ProxySelector.setDefault(usual);
    }
  }

  @Test
  void optionsThatCannotWorkAreNamed() {
    String url = "https://auth.example";
    for (String key : new String[] {null, "", "short", "with space in it", "key\nAuthorization: x", "schlüssel-123"}) {
      String said = Refusals.of("OPTION_INVALID", () -> CountersignClient.builder(url, key)).getMessage();
      assertTrue(said.contains("\"apiKey\"") && (key == null || key.isEmpty() || !said.contains(key)), said);
    }
    Refusals.of("OPTION_INVALID", () -> CountersignClient.builder("http://auth.example", API_KEY));
    CountersignClient.Builder builder = CountersignClient.builder(url, API_KEY);
    Refusals.of("OPTION_INVALID", () -> builder.timeout(Duration.ZERO));
    Refusals.of("OPTION_INVALID", () -> builder.retries(11));
    Refusals.of("OPTION_INVALID", () -> builder.retries(-1));
    Refusals.of("OPTION_INVALID", () -> builder.maxRetryWait(Duration.ofHours(1)));
  }
}
