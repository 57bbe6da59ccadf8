package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** With a service that runs at COUNTERSIGN_URL, COUNTERSIGN_API_KEY in hand, and its mails to be had at MAILS_URL. */
@EnabledIfEnvironmentVariable(named = "COUNTERSIGN_URL", matches = ".+")
class RunningServiceTest {
  private static final String PASSWORD = "correct horse battery";

  private final String url = System.getenv("COUNTERSIGN_URL");
  private final CountersignClient client =
      CountersignClient.builder(url, System.getenv("COUNTERSIGN_API_KEY")).timeout(Duration.ofMinutes(1)).build();
  private final Widget widget = new Widget(url);
  private final String nonce = Nonces.newNonce();

  private Resource resource;
  private ResultVerifier verifier;
  private User maria;
  private EnrolledToken phone;

  @BeforeEach
  void someoneWhoMayEnter() {
    resource =
        client.resources().create(
            Map.of(
                "name", "Shop " + UUID.randomUUID(),
                "allowedOrigins", List.of(Widget.ORIGIN),
                "redirectUris", List.of(Widget.ORIGIN + "/signed-in"),
                "rememberMs", Duration.ofHours(1)));
    verifier = ResultVerifier.builder(url, resource.id()).build();
    maria = client.users().create(Map.of("login", "maria-" + UUID.randomUUID(), "password", PASSWORD));
    phone = client.tokens().create(Map.of("kind", "totp", "name", "Phone", "owner", maria.id()));
    assign(resource.id(), maria.id(), phone.token().id());
  }

  private void assign(String to, String user, String token) {
    client.assignments().create(Map.of("resource", to, "user", user, "token", token));
  }

  private String otp() {
    return Devices.totp(phone.secret());
  }

  private String resultOf(String loginRequest) {
    Map<String, UnaryOperator<String>> answers =
        Map.of("identify", step -> maria.login(), "password", step -> PASSWORD, "otp", step -> otp());
    return widget.signIn(resource.id(), nonce, loginRequest, answers);
  }

  @Test
  void aResultIsVerifiedOfflineAndConsumedOnce() {
    String result = resultOf(null);
    ResultExpectations expected = ResultExpectations.ofNonce(nonce).origin(Widget.ORIGIN).requireOtp().acr("2");
    ResultClaims claims = verifier.verifyResult(result, expected);
    assertEquals(maria.id(), claims.sub());
    assertEquals(maria.login(), claims.preferredUsername());
    Refusals.of(
        "RESULT_NONCE_WRONG", () -> verifier.verifyResult(result, ResultExpectations.ofNonce(Nonces.newNonce())));

    ConsumeResult use = ConsumeResult.of(result, resource.id(), nonce);
    assertEquals(claims, client.consumeResult(use));
    CountersignException used = Refusals.of("RESULT_USED", () -> client.consumeResult(use));
    assertEquals(409, used.status().getAsInt());
    assertTrue(used.requestId().isPresent());
    Refusals.of("RESULT_INVALID", () -> client.consumeResult(ConsumeResult.of(result, resource.id(), Nonces.newNonce())));
  }

  @Test
  void theFourMethodsLetInWhoeverShowsTheRightThing() {
    String id = resource.id();
    CountersignException wrong =
        Refusals.of(
            "INVALID_CREDENTIALS",
            () -> client.authenticate(AuthenticateInput.passwordOtp(id, maria.login(), "not her password", otp())));
    assertTrue(wrong instanceof ServiceException);
    AuthenticateInput right = AuthenticateInput.passwordOtp(id, maria.login(), PASSWORD, otp());
    Authentication both = client.authenticate(right);
    assertEquals(new Authentication.Who(maria.id(), maria.login()), both.user());
    assertEquals(OtpUse.VERIFIED, both.otp());
    assertEquals("totp", both.kind());
    Refusals.of("OTP_REPLAYED", () -> client.authenticate(right));

    client.assignments().create(Map.of("resource", id, "user", maria.id()));
    assertEquals(
        OtpUse.NOT_USED, client.authenticate(AuthenticateInput.password(id, maria.id(), PASSWORD)).otp());

    User juno = client.users().create(Map.of("login", "juno-" + UUID.randomUUID()));
    EnrolledToken second = client.tokens().create(Map.of("kind", "totp", "name", "Second", "owner", juno.id()));
    assign(id, juno.id(), second.token().id());
    AuthenticateInput code = AuthenticateInput.otp(id, juno.login(), Devices.totp(second.secret()));
    assertEquals(second.token().id(), client.authenticate(code.address("203.0.113.7")).token());

    EnrolledToken door = client.tokens().create(Map.of("kind", "totp", "name", "Door"));
    client.assignments().create(Map.of("resource", id, "token", door.token().id()));
    AuthenticateInput alone = AuthenticateInput.token(id, door.token().id(), Devices.totp(door.secret()));
    assertEquals(null, client.authenticate(alone).user());
  }

  @Test
  void aRecoveryCodeStandsInForTheCodeOnce() {
    EnrolledToken sheet = client.tokens().create(Map.of("kind", "recovery", "name", "Sheet", "owner", maria.id()));
    assign(resource.id(), maria.id(), sheet.token().id());
    AuthenticateInput input =
        AuthenticateInput.passwordOtp(resource.id(), maria.login(), PASSWORD, null)
            .recoveryCode(sheet.recoveryCodes().get(0));
    assertEquals("recovery", client.authenticate(input).kind());
    Refusals.of(() -> client.authenticate(input));
    assertEquals(9, client.tokens().get(sheet.token().id()).codesLeft());
  }

  @Test
  void aCodeIsSentAndTaken() throws IOException, InterruptedException {
    String address = "maria-" + UUID.randomUUID() + "@shop.example";
    EnrolledToken mailbox = client.tokens().create(Map.of("kind", "email", "to", address, "owner", maria.id()));
    assign(resource.id(), maria.id(), mailbox.token().id());
    Challenge challenge = client.createChallenge(NewChallenge.ofUser(resource.id(), maria.login()).kind("email"));
    assertEquals(mailbox.token().id(), challenge.token());
    assertNotEquals(address, challenge.to());
    CountersignException tooSoon =
        Refusals.of(
            "CODE_LIMIT", () -> client.createChallenge(NewChallenge.ofUser(resource.id(), maria.login()).kind("email")));
    assertTrue(tooSoon.retryAfter().orElseThrow().compareTo(Duration.ofSeconds(31)) < 0);
    HttpRequest mails = HttpRequest.newBuilder(URI.create(System.getenv("MAILS_URL") + "/" + address)).build();
    String text = HttpClient.newHttpClient().send(mails, HttpResponse.BodyHandlers.ofString()).body();
    Matcher code = Pattern.compile("\\b\\d{6}\\b").matcher(text);
    assertTrue(code.find(), text);
    AuthenticateInput input =
        AuthenticateInput.passwordOtp(resource.id(), maria.login(), PASSWORD, code.group());
    assertEquals("email", client.authenticate(input).kind());
  }

  @Test
  void aQuestionIsMadeAndItsAnswerTaken() {
    EnrolledToken reader = client.tokens().create(Map.of("kind", "ocra", "name", "Reader", "suite", Devices.SUITE, "owner", maria.id()));
    assign(resource.id(), maria.id(), reader.token().id());
    Challenge challenge = client.createChallenge(NewChallenge.ofUser(resource.id(), maria.login()).kind("ocra"));
    String answer = Devices.ocra(reader.secret(), challenge.question());
    AuthenticateInput input = AuthenticateInput.passwordOtp(resource.id(), maria.login(), PASSWORD, answer);
    assertEquals("ocra", client.authenticate(input).kind());
  }

  @Test
  void aLoginRequestAsksForTheSecondFactorAlone() {
    LoginRequest asked =
        client.createLoginRequest(NewLoginRequest.of(maria.id(), resource.id(), nonce).passwordChecked(true));
    String result = widget.signIn(resource.id(), nonce, asked.loginRequest(), Map.of("otp", step -> otp()));
    ResultExpectations expected = ResultExpectations.ofNonce(nonce).requireOtp();
    assertEquals(maria.id(), verifier.verifyResult(result, expected).sub());
    Refusals.of("RESULT_ACR_REQUIRED", () -> verifier.verifyResult(result, expected.acr("2")));
  }

  @Test
  void aLoginRequestBuildsUponAnEarlierResult() {
    ResultClaims first = client.consumeResult(ConsumeResult.of(resultOf(null), resource.id(), nonce));
    NewLoginRequest input =
        NewLoginRequest.of(maria.id(), resource.id(), nonce).acr("2").maxAge(Duration.ofHours(8)).previous(first.jti());
    LoginRequest asked = client.createLoginRequest(input);
    // Nobody answers anything: both factors were shown a moment ago.
    String result = widget.signIn(resource.id(), nonce, asked.loginRequest(), Map.of());
    ResultExpectations expected = ResultExpectations.ofNonce(nonce).acr("2").maxAge(Duration.ofHours(8));
    assertEquals(maria.id(), verifier.verifyResult(result, expected).sub());
  }

  @Test
  void aPageOfTheServiceIsToBeHadForAddressesThatAreListed() {
    Redirect redirect = client.createRedirect(NewRedirect.of(resource.id(), nonce, Widget.ORIGIN + "/signed-in"));
    assertTrue(redirect.signInUrl().startsWith(url + "/"));
    Refusals.of(
        "REDIRECT_URI_NOT_ALLOWED",
        () -> client.createRedirect(NewRedirect.of(resource.id(), nonce, Widget.ORIGIN + "/elsewhere")));
  }

  // SR-45
  @Test
  void aTransactionIsConfirmedByADeviceAndGoodForNothingElse() {
    List<TransactionField> fields =
        List.of(new TransactionField("Amount", "1,250.00 EUR"), new TransactionField("To", "Zoë \"Z\" Koval"));
    NewTransaction input = NewTransaction.of(maria.id(), resource.id(), nonce, fields);
    Refusals.of("SIGNING_TOKEN_MISSING", () -> client.createTransaction(input));
    EnrolledToken reader = client.tokens().create(Map.of("kind", "ocra", "name", "Reader", "suite", Devices.SUITE, "owner", maria.id()));
    assign(resource.id(), maria.id(), reader.token().id());

    Transaction asked = client.createTransaction(input);
    UnaryOperator<String> sign = question -> Devices.ocra(reader.secret(), question);
    String result = widget.signIn(resource.id(), nonce, asked.loginRequest(), Map.of("sign", sign));
    ResultExpectations expected = ResultExpectations.ofNonce(nonce);
    Refusals.of("RESULT_TRANSACTION_UNEXPECTED", () -> verifier.verifyResult(result, expected));
    List<TransactionField> other = List.of(new TransactionField("Amount", "9,250.00 EUR"), fields.get(1));
    Refusals.of("RESULT_TRANSACTION_WRONG", () -> verifier.verifyResult(result, expected.transaction(other)));
    ResultClaims claims = verifier.verifyResult(result, expected.transaction(fields));
    assertEquals(Optional.of(asked.transaction()), claims.txn());

    ConsumeResult signIn = ConsumeResult.of(result, resource.id(), nonce);
    Refusals.of("TRANSACTION_WRONG", () -> client.consumeResult(signIn));
    ConsumeResult confirmation = ConsumeResult.of(result, resource.id(), nonce).transaction(fields);
    assertEquals(claims, client.consumeResult(confirmation));
  }

  @Test
  void resultsOfTestResourcesAreTakenOnlyWhereTheyAreAskedFor() {
    Resource always =
        client.resources().create(
            Map.of(
                "name", "Test " + UUID.randomUUID(),
                "allowedOrigins", List.of(Widget.ORIGIN),
                "testMode", "pass"));
    Map<String, UnaryOperator<String>> answers = new HashMap<>();
    answers.put("identify", step -> "anybody");
    answers.put("password", step -> "anything");
    answers.put("otp", step -> "123456");
    String result = widget.signIn(always.id(), nonce, null, answers);
    ResultVerifier ofTests = ResultVerifier.builder(url, always.id()).build();
    ResultExpectations expected = ResultExpectations.ofNonce(nonce);
    Refusals.of("RESULT_TEST_REFUSED", () -> ofTests.verifyResult(result, expected));
    assertTrue(ofTests.verifyResult(result, expected.acceptTest()).test());
    ConsumeResult use = ConsumeResult.of(result, always.id(), nonce);
    Refusals.of("RESULT_TEST", () -> client.consumeResult(use));
    assertTrue(client.consumeResult(ConsumeResult.of(result, always.id(), nonce).acceptTest()).test());
  }

  @Test
  void resourcesAreMadeChangedAndTakenAway() {
    assertEquals(Duration.ofHours(1), resource.remember());
    Map<String, Object> changes =
        new HashMap<>(
            Map.of(
                "name", "Blog",
                "enabled", false,
                "failedAttemptsBeforeLock", 7,
                "methodPolicy", "password-otp",
                "tokenKinds", List.of("totp", "webauthn", "email"),
                "allowLocalhost", true,
                "resultLifetimeMs", Duration.ofSeconds(90),
                "passkeySignIn", true));
    changes.put("enrolment", Map.of("kinds", List.of("totp"), "required", true, "unlockByMail", true));
    changes.put("selfService", new SelfServicePolicy(true, true, List.of("firstName"), false));
    changes.put("environment", Map.of("action", "refuse", "threshold", 50));
    changes.put("rememberMs", null);
    Resource changed = client.resources().update(resource.id(), changes);
    assertEquals(changed, client.resources().get(resource.id()));
    assertEquals("Blog", changed.name());
    assertEquals(Duration.ofSeconds(90), changed.resultLifetime());
    assertEquals(new SelfServicePolicy(true, true, List.of("firstName"), false), changed.selfService());
    assertTrue(changed.enrolment().required() && changed.enrolment().unlockByMail());
    assertEquals(50, changed.environment().threshold());
    assertEquals(null, changed.remember());
    assertEquals("api-key", changed.createdBy().kind());
    client.resources().delete(resource.id());
    Refusals.of("RESOURCE_NOT_FOUND", () -> client.resources().get(resource.id()));
  }

  @Test
  void aLogoIsAPicture() {
    Refusals.of("LOGO_INVALID", () -> client.resources().setLogo(resource.id(), Map.of("image", "AQID")));
    client.resources().removeLogo(resource.id());
    assertEquals(null, client.resources().get(resource.id()).logo());
  }

  @Test
  void usersAreMadeChangedListedAndTakenAway() {
    Map<String, ?> changes = Map.of("alias", maria.login() + "-too", "firstName", "Maria", "blocked", true);
    User changed = client.users().update(maria.id(), changes);
    assertEquals("Maria", changed.firstName());
    assertTrue(changed.blocked() && changed.hasPassword());
    assertEquals(List.of(phone.token().id()), changed.assignments().get(0).tokens());
    assertEquals(null, client.users().update(maria.id(), Collections.singletonMap("alias", null)).alias());
    Refusals.of("NAME_TAKEN", () -> client.users().create(Map.of("login", maria.login())));
    CountersignException invalid = Refusals.of("INPUT_INVALID", () -> client.users().create(Map.of("login", "")));
    assertEquals("login", invalid.errors().get(0).path());

    List<RowOutcome> many =
        client.users().createMany(
            List.of(Map.of("login", "x-" + UUID.randomUUID(), "key", "1"), Map.of("login", maria.login(), "key", "2")));
    assertEquals(201, many.get(0).status());
    assertEquals("NAME_TAKEN", many.get(1).code());
    Map<String, ?> here = Map.of("resource", resource.id(), "limit", 1);
    assertEquals(List.of(maria.id()), client.users().list(here).stream().map(User::id).toList());
    assertTrue(client.users().list(Map.of("limit", 1)).stream().count() > 1);
    client.users().delete(maria.id());
    Refusals.of("USER_NOT_FOUND", () -> client.users().get(maria.id()));
  }

  @Test
  void tokensAreMadeLockedUnlockedResynchronisedAndImported() {
    String id = phone.token().id();
    for (int wrong = 0; wrong < 6; wrong++) {
      Refusals.of(
          () -> client.authenticate(AuthenticateInput.passwordOtp(resource.id(), maria.login(), PASSWORD, "000000")));
    }
    assertFalse(client.tokens().get(id).locked() == null);
    Map<String, ?> locked = Map.of("state", "locked", "owner", maria.id());
    assertEquals(List.of(id), client.tokens().list(locked).stream().map(Token::id).toList());
    assertEquals(null, client.tokens().update(id, Map.of("locked", false)).locked());
    long step = System.currentTimeMillis() / 30_000;
    List<String> otps = List.of(Devices.totp(phone.secret(), step), Devices.totp(phone.secret(), step + 1));
    assertEquals(id, client.tokens().resync(id, Map.of("otps", otps)).id());

    EnrolledToken fresh = client.tokens().create(Map.of("kind", "totp", "name", "Fresh"));
    String code = Devices.totp(fresh.secret(), System.currentTimeMillis() / 30_000);
    for (int again = 0; again < 2; again++) {
      assertEquals("right", client.tokens().check(fresh.token().id(), Map.of("otp", code)).verdict());
    }
    assertEquals(new TokenCheck("wrong", null), client.tokens().check(fresh.token().id(), Map.of("otp", "000000")));

    Map<String, ?> pinned =
        Map.of(
            "kind", "hotp",
            "name", "Fob",
            "serial", "F-" + UUID.randomUUID(),
            "digits", 8,
            "counter", 5,
            "pin", Map.of("digits", "4711", "position", "before"));
    EnrolledToken fob = client.tokens().create(pinned);
    assertEquals("before", fob.token().pin());
    assertEquals(8, fob.token().digits());
    List<TokenRowOutcome> many =
        client.tokens().createMany(
            List.of(
                Map.of("kind", "totp", "name", "A", "key", "1"), Map.of("kind", "totp", "name", "B", "key", "2")));
    assertEquals(List.of(201, 201), many.stream().map(TokenRowOutcome::status).toList());
    assertTrue(many.get(0).otpauthUri().startsWith("otpauth://totp/"));

    String csv = "serial,kind,seed\nC-%s,totp,3132333435363738393031323334353637383930\n";
    Map<String, ?> file = Map.of("content", String.format(csv, UUID.randomUUID()), "seedEncoding", "hex");
    TokenImportAnswer came = client.tokens().importFile(file);
    assertEquals("made", came.rows().get(0).outcome());
    assertEquals(1, came.counts().made());
    assertEquals("exists", client.tokens().importFile(file).rows().get(0).outcome());
    Map<String, ?> junk = Map.of("content", "AAEC", "encoding", "base64");
    assertFalse(Refusals.of("IMPORT_REFUSED", () -> client.tokens().importFile(junk)).errors().isEmpty());
    client.tokens().delete(fob.token().id());
  }

  @Test
  void filtersHoldPeopleBackAndAreExplained() {
    Map<String, ?> rule = Map.of("kind", "ip", "mode", "allow", "ranges", List.of("192.0.2.0/24"));
    Filter office = client.filters().create(Map.of("name", "Office " + UUID.randomUUID(), "rule", rule));
    assertEquals(new FilterRule("ip", "allow", null, null, null, null, List.of("192.0.2.0/24")), office.rule());
    List<FilterRule> rules =
        List.of(
            new FilterRule("geo", "deny", List.of("AQ"), "allow", null, null, null),
            new FilterRule(
                "time", null, null, null, "Europe/London", List.of(new FilterRule.Window(List.of("mon"), 540, 1020)), null));
    for (FilterRule other : rules) {
      assertEquals(
          other, client.filters().create(Map.of("name", "F " + UUID.randomUUID(), "rule", other)).rule());
    }
    client.resources().update(resource.id(), Map.of("ipFilter", office.id()));
    Refusals.of("FILTER_IN_USE", () -> client.filters().delete(office.id()));
    AuthenticateInput outside =
        AuthenticateInput.passwordOtp(resource.id(), maria.login(), PASSWORD, otp()).address("203.0.113.7");
    Refusals.of("FILTER_DENIED", () -> client.authenticate(outside));
    Explanation why =
        client.explain(
            Map.of(
                "resource", resource.id(),
                "user", maria.login(),
                "method", "password-otp",
                "address", "203.0.113.7"));
    assertFalse(why.verdict().granted());
    assertEquals("FILTER_DENIED", why.verdict().code());
    assertTrue(why.checks().stream().anyMatch(one -> one.check().equals("filter") && !one.passed()));
    Map<String, ?> inside = Map.of("resource", resource.id(), "user", maria.id(), "address", "192.0.2.7");
    assertTrue(client.explain(inside).verdict().granted());
  }

  @Test
  void apiKeysAreMadeRotatedAndConfined() {
    Map<String, ?> input =
        Map.of(
            "name", "Shop",
            "scopes", List.of("authenticate"),
            "resources", List.of(resource.id()),
            "lifetimeMs", Duration.ofDays(7));
    ApiKeyWithSecret made = client.apiKeys().create(input);
    CountersignClient shop = CountersignClient.builder(url, made.text()).build();
    Refusals.of("SCOPE_MISSING", () -> shop.users().get(maria.id()));
    ApiKeyWithSecret rotated = client.apiKeys().rotate(made.key().id(), Map.of("overlapMs", 0));
    assertNotEquals(made.text(), rotated.text());
    Refusals.of("API_KEY_INVALID", () -> shop.checklist());
    assertFalse(client.apiKeys().update(made.key().id(), Map.of("enabled", false)).enabled());
    client.apiKeys().delete(made.key().id());
  }

  @Test
  void browsersAreComparedRememberedAndForgotten() {
    Environment own = new Environment(null, "Europe/London", null, null, null);
    assertTrue(client.checkEnvironment(maria.id(), resource.id(), own).fits());
    client.saveEnvironment(maria.id(), resource.id(), own);
    assertEquals(100, client.checkEnvironment(maria.id(), resource.id(), own).percent());
    Environment other = new Environment(null, "Asia/Tokyo", null, null, null);
    assertFalse(client.checkEnvironment(maria.id(), resource.id(), other).fits());
    assertEquals(resource.id(), client.users().environments(maria.id()).environments().get(0).resource());
    client.users().forgetEnvironments(maria.id());
    assertEquals(0, client.users().environments(maria.id()).count());
    assertEquals(List.of(), client.users().trustedBrowsers(maria.id()).browsers());
    client.users().endBrowserTrust(maria.id(), Map.of("browser", "tbr_00000000001"));
    client.users().endBrowserTrust(maria.id(), Map.of());
  }

  @Test
  void assignmentsAreMadeManyAtOnceAndTakenAway() {
    User juno = client.users().create(Map.of("login", "juno-" + UUID.randomUUID()));
    Map<String, String> own = Map.of("resource", resource.id(), "user", juno.id());
    List<Map<String, String>> rows =
        List.of(own, Map.of("resource", resource.id(), "user", juno.id(), "token", phone.token().id(), "key", "2"));
    List<RowOutcome> many = client.assignments().createMany(rows);
    assertEquals(201, many.get(0).status());
    assertEquals("TOKEN_NOT_OWNED", many.get(1).code());
    client.assignments().delete(own);
    assertEquals(List.of(), client.users().get(juno.id()).assignments());
    assertFalse(client.checklist().items().isEmpty());
  }
}
