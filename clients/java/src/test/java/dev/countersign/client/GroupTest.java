package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class GroupTest {
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
          client.resources().create(Map.of("name", "Shop"));
          client.resources().get("res_1");
          client.resources().update("res_1", Map.of("resultLifetimeMs", Duration.ofSeconds(60)));
          client.users().update("usr_1", Collections.singletonMap("email", null));
          client.tokens().update("tok_1", Map.of("expiresAt", Instant.ofEpochMilli(5)));
          client.filters().delete("flt_1");
          client.resources().removeLogo("res_1");
          assertEquals(
              List.of(
                  "POST /v1/resources",
                  "GET /v1/resources/res_1",
                  "PATCH /v1/resources/res_1",
                  "PATCH /v1/users/usr_1",
                  "PATCH /v1/tokens/tok_1",
                  "DELETE /v1/filters/flt_1",
                  "DELETE /v1/resources/res_1/logo"),
              server.lines());
          assertEquals("{\"resultLifetimeMs\":60000}", server.seen().get(2).body());
          assertEquals("{\"email\":null}", server.seen().get(3).body());
          assertEquals("{\"expiresAt\":5}", server.seen().get(4).body());
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
            Refusals.of("INPUT_INVALID", () -> client.users().update(id, Map.of()));
            Refusals.of("INPUT_INVALID", () -> client.users().delete(id));
            Refusals.of("INPUT_INVALID", () -> client.tokens().resync(id, Map.of("otps", List.of("1", "2"))));
          }
          assertEquals(List.of(), server.seen());
        });
  }

  @Test
  void anAnswerWithoutTheObjectIsNone() {
    for (String answer : List.of(
            "{\"name\":\"x\"}",
            "{\"id\":1}",
            "{\"id\":null}",
            "{\"id\":\"usr_1\",\"login\":true}",
            "{\"id\":\"usr_1\",\"createdAt\":\"soon\"}")) {
      with(answer, (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1")));
    }
    with(
        List.of(LocalServer.json(204, "")),
        (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().get("usr_1")));
  }

  @Test
  void whatIsShownOnceIsReadAndNotPrinted() {
    with(
        "{\"token\":{\"id\":\"tok_1\",\"kind\":\"totp\",\"periodMs\":30000},\"secret\":\"JBSWY3DP\",\"otpauthUri\":\"otpauth://x\"}",
        (client, server) -> {
          EnrolledToken created = client.tokens().create(Map.of("kind", "totp", "name", "phone"));
          assertEquals("JBSWY3DP", created.secret());
          assertEquals("otpauth://x", created.otpauthUri());
          assertEquals(Duration.ofSeconds(30), created.token().period());
          assertNull(created.recoveryCodes());
          assertTrue(created.toString().contains("tok_1") && !created.toString().contains("JBSWY3DP"));
        });
    with("{\"secret\":\"JBSWY3DP\"}", (client, server) ->
        Refusals.of("RESPONSE_INVALID", () -> client.tokens().create(Map.of("kind", "totp"))));
  }

  @Test
  void aListGoesThroughAllPagesInOrderAndAsksForOneOnlyWhenItIsReached() {
    with(
        List.of(
            LocalServer.json("{\"items\":[" + item("a") + "," + item("b") + "],\"next\":\"cursor/1 &x\"}"),
            LocalServer.json("{\"items\":[],\"next\":\"cursor2\"}"),
            LocalServer.json("{\"items\":[" + item("c") + "],\"next\":null}")),
        (client, server) -> {
          Iterator<User> users = client.users().list(Map.of("limit", 2)).iterator();
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
      with(page, (client, server) -> Refusals.of("RESPONSE_INVALID", () -> client.users().page(Map.of())));
    }
  }

  @Test
  void rowsHaveAnOutcomeEachOrTheAnswerIsNone() {
    String outcomes = "{\"rows\":[{\"key\":\"1\",\"status\":201,\"id\":\"usr_1\"},{\"status\":409,\"code\":\"NAME_TAKEN\"}]}";
    with(
        outcomes,
        (client, server) -> {
          List<Map<String, String>> rows = List.of(Map.of("key", "1"), Map.of("login", "b"));
          List<RowOutcome> came = client.users().createMany(rows);
          assertEquals("usr_1", came.get(0).id());
          assertEquals("NAME_TAKEN", came.get(1).code());
          assertEquals("{\"rows\":[{\"key\":\"1\"},{\"login\":\"b\"}]}", server.seen().get(0).body());
          assertTrue(server.seen().get(0).headers().containsKey("idempotency-key"));
          Refusals.of("RESPONSE_INVALID", () -> client.users().createMany(List.of(Map.of("login", "a"))));
        });
  }

  @Test
  void assignmentsAreMadeWithABodyAndDeletedWithAQuery() {
    with(
        "{\"resource\":\"res_1\",\"user\":\"usr_1\",\"token\":\"tok_1\"}",
        (client, server) -> {
          Map<String, String> one = Map.of("resource", "res_1");
          assertEquals(new Assignment("res_1", "usr_1", "tok_1"), client.assignments().create(one));
          client.assignments().delete(one);
          Map<String, Object> unsaid = new HashMap<>(one);
          unsaid.put("user", null);
          client.assignments().delete(unsaid);
          assertEquals("{\"resource\":\"res_1\"}", server.seen().get(0).body());
          assertEquals(
              List.of(
                  "POST /v1/assignments",
                  "DELETE /v1/assignments?resource=res_1",
                  "DELETE /v1/assignments?resource=res_1"),
              server.lines());
        });
    with("{}", (client, server) ->
        Refusals.of("INPUT_INVALID", () -> client.assignments().create(null)));
  }
}
