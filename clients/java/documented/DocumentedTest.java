package documented;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.countersign.client.CountersignClient;
import dev.countersign.client.CountersignException;
import dev.countersign.client.Scene;
import dev.countersign.client.ServiceException;
import dev.countersign.client.WebhookEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The examples of the README, as they stand there, with a service that runs. */
public class DocumentedTest {
  /** For the example of the console, which is tried on the corpus. */
  public static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(Scene.CORPUS_NOW), ZoneOffset.UTC);

  private static final String RESOURCE = System.getenv("COUNTERSIGN_RESOURCE");

  private final CountersignClient client =
      CountersignClient.builder(System.getenv("COUNTERSIGN_URL"), System.getenv("COUNTERSIGN_API_KEY")).build();
  private final Scene scene = new Scene(client, RESOURCE);

  @Test
  void whoSignedInAGoodResultThenTheSameAgain() {
    shop.SignIn signIn = new shop.SignIn();
    Map<String, String> session = new HashMap<>();
    String nonce = signIn.begin(session);
    assertEquals(nonce, signIn.begin(session));
    String result = scene.resultFor(nonce);
    assertEquals("Please sign in again.", signIn.finish(new HashMap<>(), result));
    assertEquals("Welcome, " + scene.login() + "!", signIn.finish(session, result));
    assertEquals(Map.of("user", scene.id()), session);
    assertEquals("Please sign in again.", signIn.finish(session, result));
    assertNotEquals(nonce, signIn.begin(session));
  }

  @Test
  void usedOnce() {
    String nonce = Scene.nonce();
    String result = scene.resultFor(nonce);
    shop.Backend once = new shop.Backend();
    assertEquals(scene.id(), once.user(result, nonce));
    assertEquals("RESULT_USED", assertThrows(ServiceException.class, () -> once.user(result, nonce)).code());
  }

  @Test
  void theSecondFactorAlone() {
    Map<String, String> session = new HashMap<>();
    String loginRequest = new shop.Backend().askForCode(session, scene.id());
    String result = scene.codeFor(session.get("nonce"), loginRequest);
    shop.SignIn signIn = new shop.SignIn();
    assertEquals("Welcome, " + scene.login() + "!", signIn.finish(session, result));
  }

  @Test
  void aTransactionToConfirm() {
    Map<String, String> session = new HashMap<>();
    shop.Backend backend = new shop.Backend();
    assertEquals(
        "SIGNING_TOKEN_MISSING",
        assertThrows(ServiceException.class, () -> backend.askToConfirm(session, scene.id(), "10.00 EUR")).code());
    Map<String, ?> device =
        Map.of("kind", "ocra", "name", "Reader", "suite", "OCRA-1:HOTP-SHA256-8:QN08", "owner", scene.id());
    String reader = client.tokens().create(device).token().id();
    client.assignments().create(Map.of("resource", RESOURCE, "user", scene.id(), "token", reader));
    assertTrue(!backend.askToConfirm(session, scene.id(), "10.00 EUR").isEmpty());
    assertTrue(session.get("nonce").length() >= 32);
  }

  @Test
  void toldOfWhatHappens() throws Exception {
    BlockingQueue<WebhookEvent> told = new LinkedBlockingQueue<>();
    int port = Integer.parseInt(System.getenv("EVENTS_PORT"));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/events", new shop.Events(told::add));
    server.start();
    try {
      client.users().update(scene.id(), Map.of("firstName", "Maria"));
      WebhookEvent event;
      do {
        event = told.poll(30, TimeUnit.SECONDS);
        assertTrue(event != null, "nothing was told");
      } while (!scene.id().equals(event.data().get("subject")));
      assertEquals("user.updated", event.type());
      assertEquals(400, Scene.post("http://127.0.0.1:" + port + "/events", "{\"type\":\"user.updated\"}"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void usersTokensAndTheRest() {
    shop.Administration administration = new shop.Administration();
    assertTrue(administration.welcome(RESOURCE, "juno-" + UUID.randomUUID()).startsWith("otpauth://totp/"));
  }

  // SR-9. The attack: every hostile result of the corpus, on what the console gives people to paste.
  @Test
  void theExampleOfTheConsoleLetsInNobodyWithAHostileResult() {
    try (Scene.Keys keys = new Scene.Keys()) {
      System.setProperty("embed.jwks", keys.url());
      embed.SignIn signIn = new embed.SignIn();
      assertEquals("usr_2v6m0c4x9ta", signIn.verify(Scene.corpus("valid ES256"), Scene.CORPUS_NONCE));
      assertTrue(signIn.newNonce().length() >= 32);
      int tried = 0;
      for (JsonNode one : Scene.hostile()) {
        String result = Scene.textOf(one);
        CountersignException refusal =
            assertThrows(
                CountersignException.class, () -> signIn.verify(result, Scene.CORPUS_NONCE), one.path("name").asText());
        assertTrue(refusal.code().startsWith("RESULT_"));
        tried++;
      }
      assertTrue(tried > 250, tried + " were tried");
    }
  }
}
