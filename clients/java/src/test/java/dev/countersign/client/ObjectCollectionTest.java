package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class ObjectCollectionTest {
  private static void with(List<LocalServer.Answer> answers, BiConsumer<CountersignClient, LocalServer> test) {
    try (LocalServer server = new LocalServer(answers.toArray(LocalServer.Answer[]::new))) {
      test.accept(CountersignClient.builder(server.url(), "key_0123456789a.secret").retries(0).build(), server);
    }
  }

  private static void with(String answer, BiConsumer<CountersignClient, LocalServer> test) {
    with(List.of(LocalServer.json(answer)), test);
  }

  private static String item(String id) {
    return "{\"id\":\"" + id + "\",\"name\":\"" + id + "\"}";
  }

  @Test
  void createGetUpdateAndDeleteGoToTheAddressOfTheKind() {
    with(
        item("x_1"),
        (client, server) -> {
          client.resources().create(NewResource.of("Shop").allowedOrigins(List.of("https://shop.example")));
          client.resources().get("res_1");
          client.resources().update("res_1", new ResourceChanges().enabled(false).resultLifetime(Duration.ofSeconds(60)));
          client.users().update("usr_1", new UserChanges().firstName("Ann").email(null));
          client.tokens().update("tok_1", new TokenChanges().locked(false).expiresAt(Instant.ofEpochMilli(5)));
          client.filters().create(NewFilter.of("Office", new FilterRule.Ip("allow", List.of("192.0.2.0/24"))));
          client.filters().delete("flt_1");
          client.apiKeys().update("key_1", new ApiKeyChanges().resources(null));
          assertEquals(
              List.of(
                  "POST /v1/resources",
                  "GET /v1/resources/res_1",
                  "PATCH /v1/resources/res_1",
                  "PATCH /v1/users/usr_1",
                  "PATCH /v1/tokens/tok_1",
                  "POST /v1/filters",
                  "DELETE /v1/filters/flt_1",
                  "PATCH /v1/api-keys/key_1"),
              server.lines());
          assertEquals("{\"enabled\":false,\"resultLifetimeMs\":60000}", server.seen().get(2).body());
          assertEquals("{\"firstName\":\"Ann\",\"email\":null}", server.seen().get(3).body());
          assertEquals("{\"locked\":false,\"expiresAt\":5}", server.seen().get(4).body());
          assertEquals(
              "{\"name\":\"Office\",\"rule\":{\"mode\":\"allow\",\"ranges\":[\"192.0.2.0/24\"],\"kind\":\"ip\"}}",
              server.seen().get(5).body());
          assertEquals("{\"resources\":null}", server.seen().get(7).body());
        });
  }

  @Test
  void anIdThatIsNoneIsNotSentAnywhere() {
    with(
        item("usr_1"),
        (client, server) -> {
          for (String id :
              new String[] {null, "", ".", "..", "../tokens", "a/b", "a?b", "a#b", "usr 1", "%2e%2e", "x".repeat(65)}) {
            Refusals.of("INPUT_INVALID", () -> client.users().get(id));
            Refusals.of("INPUT_INVALID", () -> client.users().update(id, new UserChanges()));
            Refusals.of("INPUT_INVALID", () -> client.users().delete(id));
            Refusals.of("INPUT_INVALID", () -> client.tokens().resync(id, "1", "2"));
          }
          assertEquals(List.of(), server.seen());
        });
  }

  @Test
  void anAnswerWithoutTheObjectIsNone() {
    for (String answer : List.of("{\"name\":\"x\"}", "{\"id\":1}", "{\"id\":\"usr_1\",\"createdAt\":\"soon\"}")) {
      with(answer, (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1")));
    }
    with(
        List.of(LocalServer.json(204, "")),
        (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1")));
  }

  @Test
  void aCreatedTokenComesWithWhatIsShownOnceElseItIsLost() {
    String totp = "{\"token\":{\"id\":\"tok_1\",\"kind\":\"totp\"},\"secret\":\"JBSWY3DPEHPK3PXP\",\"otpauthUri\":\"otpauth://x\"}";
    with(
        totp,
        (client, server) -> {
          CreatedToken created = client.tokens().create(NewToken.totp("phone").owner("usr_1").period(Duration.ofSeconds(30)));
          assertEquals("JBSWY3DPEHPK3PXP", created.secret());
          assertEquals("otpauth://x", created.otpauthUri());
          assertEquals(
              "{\"kind\":\"totp\",\"name\":\"phone\",\"owner\":\"usr_1\",\"periodMs\":30000}", server.seen().get(0).body());
          Refusals.of("RESPONSE_INVALID", () -> client.tokens().create(NewToken.hotp("fob")));
        });
    with(totp.replace("secret", "x"), (client, server) ->
        Refusals.of("RESPONSE_INVALID", () -> client.tokens().create(NewToken.totp("phone"))));
    String codes = "{\"token\":{\"id\":\"tok_1\",\"kind\":\"recovery\"},\"recoveryCodes\":[\"k5n8w-2r7t4\",\"x9m3c-6v1b8\"]}";
    with(
        codes,
        (client, server) -> {
          CreatedToken created = client.tokens().createRecoveryCodes("codes", "usr_1");
          assertEquals(List.of("k5n8w-2r7t4", "x9m3c-6v1b8"), created.recoveryCodes());
          assertNull(created.secret());
        });
    for (String lost : List.of("[]", "[1]", "{}", "null")) {
      with(codes.replaceAll("\\[.*\\]", lost), (client, server) ->
          Refusals.of("RESPONSE_INVALID", () -> client.tokens().createRecoveryCodes("codes", "usr_1")));
    }
  }

  @Test
  void aListGoesThroughAllPagesInOrderAndAsksForOneOnlyWhenItIsReached() {
    with(
        List.of(
            LocalServer.json("{\"items\":[" + item("a") + "," + item("b") + "],\"next\":\"cursor/1 &x\"}"),
            LocalServer.json("{\"items\":[],\"next\":\"cursor2\"}"),
            LocalServer.json("{\"items\":[" + item("c") + "],\"next\":null}")),
        (client, server) -> {
          Iterator<User> users = client.users().list(new ListQuery().limit(2)).iterator();
          assertEquals(List.of(), server.seen());
          assertEquals("a", users.next().id());
          assertEquals("b", users.next().id());
          assertEquals(List.of("GET /v1/users?limit=2"), server.lines());
          assertEquals("c", users.next().id());
          assertEquals(false, users.hasNext());
          assertEquals(
              List.of(
                  "GET /v1/users?limit=2",
                  "GET /v1/users?limit=2&after=cursor%2F1+%26x",
                  "GET /v1/users?limit=2&after=cursor2"),
              server.lines());
        });
  }

  @Test
  void aServiceWhosePagesGoRoundInCirclesDoesNotKeepItForEver() {
    with(
        List.of(
            LocalServer.json("{\"items\":[" + item("a") + "],\"next\":\"one\"}"),
            LocalServer.json("{\"items\":[],\"next\":\"two\"}"),
            LocalServer.json("{\"items\":[],\"next\":\"one\"}")),
        (client, server) -> {
          Refusals.of("RESPONSE_INVALID", () -> client.users().list().stream().count());
          assertEquals(3, server.seen().size());
        });
  }

  @Test
  void whatIsNoPageIsRefused() {
    for (String page :
        List.of("{\"items\":{}}", "{\"items\":[],\"next\":1}", "{\"items\":[]}", "{\"next\":null}", "{\"items\":[1],\"next\":null}")) {
      with(page, (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().page(new ListQuery())));
    }
  }

  @Test
  void rowsHaveAnOutcomeEachOrTheAnswerIsNone() {
    String outcomes = "{\"rows\":[{\"key\":\"1\",\"status\":201,\"id\":\"usr_1\"},{\"status\":409,\"code\":\"NAME_TAKEN\"}]}";
    with(
        outcomes,
        (client, server) -> {
          List<NewUser> rows = List.of(NewUser.of("a").key("1"), NewUser.of("b"));
          List<RowOutcome> came = client.users().createMany(rows);
          assertEquals("usr_1", came.get(0).id());
          assertEquals("NAME_TAKEN", came.get(1).code());
          assertEquals("{\"rows\":[{\"login\":\"a\",\"key\":\"1\"},{\"login\":\"b\"}]}", server.seen().get(0).body());
          assertTrue(server.seen().get(0).headers().containsKey("idempotency-key"));
          Refusals.of("RESPONSE_INVALID", () -> client.users().createMany(List.of(NewUser.of("a"))));
        });
  }

  @Test
  void assignmentsAreMadeWithABodyAndDeletedWithAQuery() {
    with(
        "{\"resource\":\"res_1\",\"user\":\"usr_1\",\"token\":\"tok_1\"}",
        (client, server) -> {
          Assignment assignment = Assignment.ofUser("res_1", "usr_1", "tok_1");
          assertEquals(assignment, client.assignments().create(assignment));
          client.assignments().delete(Assignment.ofUser("res_1", "usr_1"));
          client.assignments().delete(Assignment.ofToken("res_1", "tok_1"));
          assertEquals("{\"resource\":\"res_1\",\"user\":\"usr_1\",\"token\":\"tok_1\"}", server.seen().get(0).body());
          assertEquals(
              List.of(
                  "POST /v1/assignments",
                  "DELETE /v1/assignments?resource=res_1&user=usr_1",
                  "DELETE /v1/assignments?resource=res_1&token=tok_1"),
              server.lines());
          Refusals.of("RESPONSE_INVALID", () -> client.assignments().create(Assignment.ofUser("res_2", "usr_1")));
        });
    Refusals.of("OPTION_INVALID", () -> Assignment.ofUser("res_1", null));
    Refusals.of("OPTION_INVALID", () -> Assignment.ofUser("res_1", "usr_1", null));
  }
}
