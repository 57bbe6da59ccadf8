package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class CountersignClientTest {
  private static final String API_KEY = "key_0123456789a.canary-of-the-api-key";
  private static final String RESOURCE = "res_01k8dq9z2mp";
  private static final String NONCE = "n0nce-Of_this.sign~in-0123456789";
  private static final String SUCCESS =
      "{\"authenticated\":true,\"method\":\"password-otp\",\"user\":{\"id\":\"usr_1\",\"login\":\"mira\"},"
          + "\"token\":\"tok_1\",\"otp\":\"verified\"}";
  private static final String CLAIMS =
      "{\"iss\":\"https://auth.example\",\"aud\":\"" + RESOURCE + "\",\"sub\":\"usr_1\","
          + "\"preferred_username\":\"mira\",\"nonce\":\"" + NONCE + "\",\"origin\":\"https://shop.example\","
          + "\"amr\":[\"pwd\"],\"acr\":\"1\",\"otp\":\"not_used\",\"auth_time\":1800000000,\"iat\":1800000000,"
          + "\"exp\":1800000060,\"jti\":\"flw_1\"}";
  private static final AuthenticateInput BOTH =
      AuthenticateInput.passwordOtp(RESOURCE, "mira", "pw", "123456").address("192.0.2.1");
  private static final List<TransactionField> FIELDS = List.of(new TransactionField("Amount", "10.00 EUR"));

  private static void with(LocalServer.Answer answer, BiConsumer<CountersignClient, LocalServer> test) {
    try (LocalServer server = new LocalServer(answer)) {
      test.accept(CountersignClient.builder(server.url() + "/", API_KEY).retries(0).build(), server);
    }
  }

  private static void with(String answer, BiConsumer<CountersignClient, LocalServer> test) {
    with(LocalServer.json(answer), test);
  }

  private static JsonNode parsed(String json) {
    try {
      return Vectors.MAPPER.readTree(json);
    } catch (JsonProcessingException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void sent(LocalServer server, int at, String line, String body) {
    LocalServer.Seen seen = server.seen().get(at);
    assertEquals(line, seen.line());
    assertEquals(parsed(body.replace('\'', '"')), parsed(seen.body()));
  }

  @Test
  void authenticateAsksAsTheServiceExpectsAndGivesWhatItSays() {
    with(
        SUCCESS,
        (client, server) -> {
          assertEquals(
              new Authentication(
                  "password-otp", new Authentication.Who("usr_1", "mira"), "tok_1", null, OtpUse.VERIFIED, false),
              client.authenticate(BOTH));
          sent(
              server,
              0,
              "POST /v1/authentications",
              "{'resource':'" + RESOURCE + "','method':'password-otp','user':'mira','password':'pw','otp':'123456',"
                  + "'address':'192.0.2.1'}");
          Map<String, String> headers = server.seen().get(0).headers();
          assertEquals("Bearer " + API_KEY, headers.get("authorization"));
          assertEquals("application/json", headers.get("content-type"));
          assertEquals("application/json", headers.get("accept"));
          assertFalse(headers.containsKey("upgrade"));
        });
  }

  @Test
  void aBreachedPasswordIsReportedIfTheServiceSaysSoWithTrue() {
    String breached = SUCCESS.substring(0, SUCCESS.length() - 1) + ",\"passwordBreached\":true}";
    with(breached, (client, server) -> assertTrue(client.authenticate(BOTH).passwordBreached()));
    with(
        breached.replace(":true}", ":\"true\"}"),
        (client, server) -> assertFalse(client.authenticate(BOTH).passwordBreached()));
    with(SUCCESS, (client, server) -> assertFalse(client.authenticate(BOTH).passwordBreached()));
  }

  @Test
  void theFourMethodsAndRecoveryCodesAreAskedForByTheirNames() {
    with(
        SUCCESS,
        (client, server) -> {
          Refusals.of(() -> client.authenticate(AuthenticateInput.password("r", "u", "p")));
          Refusals.of(() -> client.authenticate(AuthenticateInput.otp("r", "u", "1")));
          client.authenticate(AuthenticateInput.passwordOtp("r", "u", "p", null));
          client.authenticate(AuthenticateInput.passwordOtp("r", "u", "p", "1").recoveryCode("k5n8w-2r7t4"));
          Refusals.of(() -> client.authenticate(AuthenticateInput.token("r", "t", "1")));
          String path = "POST /v1/authentications";
          sent(server, 0, path, "{'resource':'r','method':'password','user':'u','password':'p'}");
          sent(server, 1, path, "{'resource':'r','method':'otp','user':'u','otp':'1'}");
          sent(server, 2, path, "{'resource':'r','method':'password-otp','user':'u','password':'p'}");
          sent(
              server,
              3,
              path,
              "{'resource':'r','method':'password-otp','user':'u','password':'p','recoveryCode':'k5n8w-2r7t4'}");
          sent(server, 4, path, "{'resource':'r','method':'token','token':'t','otp':'1'}");
        });
  }

  @Test
  void aTokensCodeNeedsNoUser() {
    with(
        "{\"authenticated\":true,\"method\":\"token\",\"token\":\"tok_1\",\"kind\":\"hotp\",\"otp\":\"verified\"}",
        (client, server) ->
            assertEquals(
                new Authentication("token", null, "tok_1", "hotp", OtpUse.VERIFIED, false),
                client.authenticate(AuthenticateInput.token(RESOURCE, "tok_1", "123456"))));
  }

  // The attack: something in between answers for the service.
  @Test
  void aProxyThatAnswersAnythingElseLetsNobodyIn() {
    for (LocalServer.Answer answer :
        List.of(
            LocalServer.json(SUCCESS.replace("true", "false")),
            LocalServer.json(SUCCESS.replace("true", "\"true\"")),
            LocalServer.json(SUCCESS.replace("true", "1")),
            LocalServer.json(SUCCESS.replace("password-otp", "password")),
            LocalServer.json(SUCCESS.replace("\"otp\":\"verified\"", "\"otp\":null")),
            LocalServer.json(SUCCESS.replace("\"verified\"", "true")),
            LocalServer.json(SUCCESS.replace("\"user\"", "\"nobody\"")),
            LocalServer.json(SUCCESS.replace("\"id\"", "\"no\"")),
            LocalServer.json("{}"),
            LocalServer.json("[" + SUCCESS + "]"),
            LocalServer.json("true"),
            LocalServer.json("OK"),
            LocalServer.json(SUCCESS + SUCCESS),
            LocalServer.json(204, ""),
            LocalServer.json(302, SUCCESS, "location", "https://evil.example"))) {
      with(
          answer,
          (client, server) -> {
            Refusals.of("RESPONSE_INVALID", () -> client.authenticate(BOTH));
            assertEquals(1, server.seen().size());
          });
    }
  }

  @Test
  void aRefusalIsAnExceptionOfItsCode() {
    with(
        LocalServer.problem(
            429,
            "TOO_MANY_ATTEMPTS",
            "\"retryAfterMs\":1500,\"detail\":\"Look again.\",\"errors\":[{\"path\":\"login\",\"message\":\"Required\"}]"),
        (client, server) -> {
          CountersignException refusal = Refusals.of("TOO_MANY_ATTEMPTS", () -> client.authenticate(BOTH));
          assertTrue(refusal instanceof ServiceException);
          assertEquals(429, refusal.status().getAsInt());
          assertEquals(Optional.of("req_1"), refusal.requestId());
          assertEquals(Optional.of(Duration.ofMillis(1500)), refusal.retryAfter());
          assertEquals(List.of(new FieldError("login", "Required")), refusal.errors());
          assertEquals("No. Look again.", refusal.getMessage());
        });
    with(
        LocalServer.problem(418, "SOMETHING_NEW"),
        (client, server) -> Refusals.of("SOMETHING_NEW", () -> client.authenticate(BOTH)));
  }

  @Test
  void consumeResultAsksAsTheServiceExpectsAndGivesTheClaims() {
    with(
        CLAIMS,
        (client, server) -> {
          ResultClaims claims = client.consumeResult(ConsumeResult.of("a.b.c", RESOURCE, NONCE));
          assertEquals("usr_1", claims.sub());
          assertEquals(Instant.ofEpochSecond(1_800_000_060), claims.exp());
          String body = "{'result':'a.b.c','resource':'" + RESOURCE + "','nonce':'" + NONCE + "'}";
          sent(server, 0, "POST /v1/results/consume", body);
        });
  }

  @Test
  void claimsThatSpeakOfSomethingElseAreRefused() {
    Map<String, List<String>> changes =
        Map.of(
            "RESULT_AUDIENCE_WRONG", List.of(RESOURCE, "res_2"),
            "RESULT_NONCE_WRONG", List.of(NONCE, "another-nonce-0123456789"),
            "RESULT_CLAIMS_INVALID", List.of("\"not_used\"", "true"),
            "RESULT_TEST_REFUSED", List.of("\"jti\"", "\"test\":true,\"jti\""),
            "RESULT_TRANSACTION_UNEXPECTED", List.of("\"jti\"", "\"txn\":\"" + "a".repeat(64) + "\",\"jti\""));
    changes.forEach(
        (code, change) ->
            with(
                CLAIMS.replace(change.get(0), change.get(1)),
                (client, server) ->
                    Refusals.of(code, () -> client.consumeResult(ConsumeResult.of("a.b.c", RESOURCE, NONCE)))));
  }

  // SR-45
  @Test
  void aConsumptionNamesTheTransactionAndClaimsOfAnotherOrOfASignInAreRefused() {
    String hash = Transactions.hash(FIELDS);
    ConsumeResult input = ConsumeResult.of("a.b.c", RESOURCE, NONCE).transaction(FIELDS);
    with(
        CLAIMS.replace("\"jti\"", "\"txn\":\"" + hash + "\",\"jti\""),
        (client, server) -> {
          assertEquals(Optional.of(hash), client.consumeResult(input).txn());
          assertEquals(hash, parsed(server.seen().get(0).body()).path("transaction").textValue());
        });
    for (String answer : List.of(CLAIMS, CLAIMS.replace("\"jti\"", "\"txn\":\"" + "f".repeat(64) + "\",\"jti\""))) {
      with(answer, (client, server) -> Refusals.of("RESULT_TRANSACTION_WRONG", () -> client.consumeResult(input)));
    }
  }

  // SR-80
  @Test
  void aConsumptionNamesThePageOrTheAppAndClaimsOfAnotherAreRefused() {
    String ofApp = CLAIMS.replace("\"jti\"", "\"app\":true,\"jti\"");
    ConsumeResult input = ConsumeResult.of("a.b.c", RESOURCE, NONCE).origin("https://shop.example");
    with(
        CLAIMS,
        (client, server) -> {
          client.consumeResult(input);
          assertEquals("https://shop.example", parsed(server.seen().get(0).body()).path("origin").textValue());
        });
    with(
        ofApp,
        (client, server) -> {
          assertTrue(client.consumeResult(ConsumeResult.of("a.b.c", RESOURCE, NONCE).app()).app());
          assertTrue(parsed(server.seen().get(0).body()).path("app").booleanValue());
        });
    ConsumeResult elsewhere = ConsumeResult.of("a.b.c", RESOURCE, NONCE).origin("https://blog.example");
    with(CLAIMS, (client, server) -> Refusals.of("RESULT_ORIGIN_WRONG", () -> client.consumeResult(elsewhere)));
    ConsumeResult app = ConsumeResult.of("a.b.c", RESOURCE, NONCE).app();
    with(CLAIMS, (client, server) -> Refusals.of("RESULT_APP_REQUIRED", () -> client.consumeResult(app)));
    with(ofApp, (client, server) -> Refusals.of("RESULT_APP_UNEXPECTED", () -> client.consumeResult(input)));
  }

  @Test
  void withoutANonceNothingIsAsked() {
    with(
        CLAIMS,
        (client, server) -> {
          for (String nonce : new String[] {null, ""}) {
            Refusals.of("RESULT_NONCE_WRONG", () -> client.consumeResult(ConsumeResult.of("a.b.c", RESOURCE, nonce)));
          }
          assertEquals(List.of(), server.seen());
        });
  }

  @Test
  void loginRequestsAndRedirectsAskAsTheServiceExpects() {
    with(
        "{\"loginRequest\":\"lrq_secret\",\"signInUrl\":\"https://auth.example/x#s\",\"expiresAt\":1800000120000}",
        (client, server) -> {
          NewLoginRequest input =
              NewLoginRequest.of("usr_1", RESOURCE, NONCE).acr("2").maxAge(Duration.ofHours(8)).previous("flw_1");
          LoginRequest made = client.createLoginRequest(input);
          assertEquals("lrq_secret", made.loginRequest());
          assertEquals(Instant.ofEpochMilli(1_800_000_120_000L), made.expiresAt());
          String begin = "{'user':'usr_1','resource':'" + RESOURCE + "','nonce':'" + NONCE + "',";
          String path = "POST /v1/login-requests";
          sent(server, 0, path, begin + "'acr':'2','maxAgeMs':28800000,'previous':'flw_1'}");
          client.createLoginRequest(NewLoginRequest.of("usr_1", RESOURCE, NONCE).passwordChecked(true));
          sent(server, 1, path, begin + "'passwordChecked':true}");
          Redirect redirect = client.createRedirect(NewRedirect.of(RESOURCE, NONCE, "https://shop.example/in"));
          assertEquals("https://auth.example/x#s", redirect.signInUrl());
          assertFalse((made + " " + redirect).matches(".*(lrq_secret|#s).*"));
        });
    Refusals.of("OPTION_INVALID", () -> NewLoginRequest.of("u", RESOURCE, NONCE).acr(null));
    Refusals.of("OPTION_INVALID", () -> NewLoginRequest.of("u", RESOURCE, NONCE).maxAge(null));
    with("{}", (client, server) ->
        Refusals.of("RESPONSE_INVALID", () -> client.createLoginRequest(NewLoginRequest.of("u", RESOURCE, NONCE))));
  }

  @Test
  void aTransactionThatTheServiceDidNotTakeAsItWasMeantIsRefused() {
    NewTransaction input = NewTransaction.of("usr_1", RESOURCE, NONCE, FIELDS).factors(List.of("ocra"));
    String answer = "{\"loginRequest\":\"lrq\",\"expiresAt\":1800000120000,\"transaction\":\"%s\"}";
    with(
        String.format(answer, Transactions.hash(FIELDS)),
        (client, server) -> {
          assertEquals(Transactions.hash(FIELDS), client.createTransaction(input).transaction());
          sent(
              server,
              0,
              "POST /v1/transactions",
              "{'user':'usr_1','resource':'" + RESOURCE + "','nonce':'" + NONCE + "',"
                  + "'fields':[{'label':'Amount','value':'10.00 EUR'}],'factors':['ocra']}");
        });
    with(
        String.format(answer, "f".repeat(64)),
        (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.createTransaction(input)));
  }

  @Test
  void createChallengeAsksAsTheServiceExpects() {
    String answer = "{\"token\":\"tok_1\",\"kind\":\"sms\",\"name\":\"Phone\",\"to\":\"•••78\",\"expiresAt\":1800000300000}";
    with(
        answer,
        (client, server) -> {
          Challenge challenge = client.createChallenge(NewChallenge.ofUser(RESOURCE, "alice").kind("sms").language("de"));
          assertEquals(
              new Challenge("tok_1", "sms", "Phone", "•••78", null, Instant.ofEpochMilli(1_800_000_300_000L)), challenge);
          String body = "{'resource':'" + RESOURCE + "','user':'alice','kind':'sms','language':'de'}";
          sent(server, 0, "POST /v1/challenges", body);
        });
    with("{}", (client, server) ->
        Refusals.of("RESPONSE_INVALID", () -> client.createChallenge(NewChallenge.ofToken(RESOURCE, "tok_1"))));
  }

  // SR-26, SR-35
  @Test
  void noSecretIsShownByClientsInputsAnswersAndExceptions() {
    List<String> canaries = List.of(API_KEY, "canary-password", "73519462", "canary.of.the-result", "canary-of-an-answer");
    AuthenticateInput input = AuthenticateInput.passwordOtp(RESOURCE, "mira", "canary-password", "73519462");
    ConsumeResult consumed = ConsumeResult.of("canary.of.the-result", RESOURCE, NONCE);
    StringBuilder shown = new StringBuilder();
    shown.append(input).append(consumed);
    String quotes = "\"detail\":\"Unknown: " + API_KEY + "\",\"errors\":[{\"path\":\"" + API_KEY + "\",\"message\":\"a" + API_KEY + "b\"}]";
    for (LocalServer.Answer answer :
        List.of(
            LocalServer.problem(401, "API_KEY_INVALID", quotes),
            LocalServer.json(502, "Bearer " + API_KEY + " canary-password 73519462 canary.of.the-result"),
            LocalServer.json("Bearer " + API_KEY + " canary-password 73519462 canary.of.the-result"),
            LocalServer.hangUp())) {
      with(
          answer,
          (client, server) -> {
            shown.append(client).append(client.users());
            for (CountersignException refusal :
                List.of(
                    Refusals.of(() -> client.authenticate(input)), Refusals.of(() -> client.consumeResult(consumed)))) {
              StringWriter trace = new StringWriter();
              refusal.printStackTrace(new PrintWriter(trace));
              shown.append(trace).append(refusal.errors()).append(refusal.requestId());
            }
          });
    }
    with(
        "{\"token\":{\"id\":\"tok_1\",\"kind\":\"totp\"},\"secret\":\"canary-of-an-answer\",\"otpauthUri\":\"canary-of-an-answer\"}",
        (client, server) -> shown.append(client.tokens().create(Map.of("kind", "totp"))));
    with(
        "{\"key\":{\"id\":\"key_1\"},\"text\":\"canary-of-an-answer\"}",
        (client, server) -> shown.append(client.apiKeys().create(Map.of("name", "x"))));
    for (String canary : canaries) assertFalse(shown.toString().contains(canary), canary);
    assertTrue(shown.toString().contains("[API key]"));
  }

  @Test
  void whatIsKnownOfBrowsersIsAskedAndSaved() {
    Environment environment =
        new Environment(null, "Europe/London", new Environment.Screen(800, 600), null, null);
    with(
        "{\"percent\":null,\"fits\":true}",
        (client, server) -> {
          EnvironmentMatch match = client.checkEnvironment("usr_1", RESOURCE, environment);
          assertNull(match.percent());
          assertTrue(match.fits());
          String known = "'environment':{'zone':'Europe/London','screen':{'width':800,'height':600}}";
          String body = "{'user':'usr_1','resource':'" + RESOURCE + "'," + known + "}";
          sent(server, 0, "POST /v1/environment/check", body);
          client.saveEnvironment("usr_1", null, environment);
          sent(server, 1, "POST /v1/environment", "{'user':'usr_1'," + known + "}");
        });
    for (String answer : List.of("{\"percent\":1}", "{\"percent\":\"1\",\"fits\":true}", "{\"percent\":1,\"fits\":\"true\"}")) {
      with(answer, (client, server) ->
          Refusals.of("RESPONSE_INVALID", () -> client.checkEnvironment("u", RESOURCE, environment)));
    }
  }
}
