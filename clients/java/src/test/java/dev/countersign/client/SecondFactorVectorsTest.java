package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The routes of a site that checks the passwords itself: a thief has the password or the code alone, or a session that
 * was left open, while its user has the account blocked or its password changed (SR-5, SR-13).
 */
final class SecondFactorVectorsTest {
  private static final String SUB = "usr_2v6m0c4x9ta";
  private static final String ORIGIN = "https://shop.example";
  /** Of the account in each state but blocked: a user without a password has null. */
  private static final Map<String, Optional<String>> PASSWORDS =
      Map.of("active", Optional.of("v1"), "changed", Optional.of("v2"), "passwordless", Optional.empty());

  /** SHA-256 of each password, and of an empty text where there is none. */
  private static final Map<String, String> STAMPS =
      Map.of(
          "active", "3bfc269594ef649228e9a74bab00f042efc91d5acc6fbee31a382e80d42388fe",
          "passwordless", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

  @TestFactory
  Stream<DynamicTest> cases() {
    JsonNode cases = Vectors.read("sites/second-factor.json").path("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .map(one -> DynamicTest.dynamicTest(one.path("name").textValue(), () -> check(one)));
  }

  private static void check(JsonNode one) throws Exception {
    Site site = new Site(one);
    try (LocalServer server = new LocalServer(site)) {
      CountersignClient client = CountersignClient.builder(server.url(), "csk_canary.of-the-api-key").build();
      ResultVerifier verifier =
          ResultVerifier.builder(Vectors.ISSUER, Vectors.RESOURCE)
              .jwksUrl(server.url() + "/jwks")
              .clock(Vectors.clockAt(Vectors.NOW))
              .build();
      SignIn<String> signIn =
          SignInOptions.of(Vectors.RESOURCE, ORIGIN, verifier, site)
              .client(client)
              .siteChecksPassword(one.path("siteChecksPassword").asBoolean(true))
              .clock(Vectors.clockAt(Vectors.NOW))
              .build();
      String body =
          one.has("result")
              ? "{\"result\":\"" + Vectors.named(one.path("result").textValue()) + "\"}"
              : one.has("demand") ? one.path("demand").toString() : "{}";
      RouteRequest request =
          new RouteRequest(
              "POST", ORIGIN, null, "application/json", null, "/", body.getBytes(StandardCharsets.UTF_8));
      RouteResponse response = signIn.respond(one.path("route").textValue(), request, site);
      JsonNode said = Vectors.MAPPER.readTree(response.body());
      assertEquals(one.path("expect").textValue(), response.status() == 200 ? "accept" : said.path("code").textValue());
      String kept = site.state.pending() != null ? "pending" : site.state.user() != null ? "user" : null;
      assertEquals(one.path("keeps").textValue(), kept);
      if (one.has("acr")) {
        assertEquals(one.path("acr").textValue(), site.state.user().acr());
        assertEquals("7", site.state.user().account());
      }
      JsonNode asks = one.path("asks");
      JsonNode asked = null;
      for (LocalServer.Seen seen : server.seen()) {
        if (seen.path().endsWith("/login-requests")) asked = Vectors.MAPPER.readTree(seen.body());
        if (seen.path().endsWith("/consume")) {
          assertEquals(ORIGIN, Vectors.MAPPER.readTree(seen.body()).path("origin").textValue());
        }
      }
      assertEquals(one.has("asks"), asked != null);
      for (String name : new String[] {"passwordChecked", "acr", "maxAgeMs"}) {
        if (asks.has(name)) assertEquals(asks.path(name), asked.path(name));
      }
      if (asks.has("previous")) assertEquals("flw_before", asked.path("previous").textValue());
    }
  }

  /** A site with one account and one session, and the service behind it. */
  private static final class Site implements SiteUsers<String>, SiteSession, LocalServer.Answer {
    private final JsonNode given;
    private volatile String account;
    private volatile SignInState state;

    Site(JsonNode given) {
      this.given = given;
      account = given.path("account").asText("active");
      JsonNode session = given.path("session");
      JsonNode pending = session.path("pending");
      JsonNode begun = session.path("begun");
      String stamp = STAMPS.get(given.path("before").asText("active"));
      long now = Vectors.NOW * 1000;
      String id = pending.path("id").asText(session.path("user").path("id").asText(SUB));
      state =
          new SignInState(
              session.has("user")
                  ? new SignInState.User("7", id, "mira", "2", Vectors.NOW - 3600, "flw_before", stamp)
                  : null,
              session.has("pending")
                  ? new SignInState.Pending("7", id, stamp, now - pending.path("ageMs").longValue())
                  : null,
              session.has("begun")
                  ? new SignInState.Begun(Vectors.NONCE, now - 1000, demandOf(begun), "lrq.1")
                  : null);
    }

    private static LevelDemand demandOf(JsonNode begun) {
      if (!begun.has("demand")) return null;
      JsonNode demand = begun.path("demand");
      return new LevelDemand(
          demand.path("acr").textValue(), Duration.ofMillis(demand.path("maxAgeMs").longValue()));
    }

    @Override
    public void to(HttpExchange exchange) throws IOException {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/jwks")) {
        LocalServer.json(new String(Vectors.JWKS, StandardCharsets.UTF_8)).to(exchange);
      } else if (path.endsWith("/login-requests")) {
        LocalServer.json(201, "{\"loginRequest\":\"lrq.2\",\"expiresAt\":1800000120000}").to(exchange);
      } else {
        account = given.path("meanwhile").asText(account);
        String claims =
            "{'iss':'%s','aud':'%s','sub':'%s','preferred_username':'mira','nonce':'%s','origin':'%s','amr':['otp'],"
                + "'acr':'1','otp':'verified','auth_time':%d,'iat':%d,'exp':%d,'jti':'flw_1'}";
        long now = Vectors.NOW;
        String text =
            claims.formatted(Vectors.ISSUER, Vectors.RESOURCE, SUB, Vectors.NONCE, ORIGIN, now, now, now + 60);
        LocalServer.json(text.replace('\'', '"')).to(exchange);
      }
    }

    @Override
    public String ofResult(ResultClaims claims) {
      return byId("7");
    }

    @Override
    public String byId(String id) {
      return PASSWORDS.containsKey(account) ? id : null;
    }

    @Override
    public String idOf(String user) {
      return user;
    }

    @Override
    public String passwordOf(String user) {
      return PASSWORDS.get(account).orElse(null);
    }

    @Override
    public SignInState read() {
      return state;
    }

    @Override
    public void write(SignInState written) {
      state = written;
    }

    @Override
    public void renew() {
      state = SignInState.EMPTY;
    }
  }
}
