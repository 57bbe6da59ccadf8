package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Somebody with a password and an app, and the corpus, for tests of what uses the library from outside. */
public final class Scene {
  private static final String PASSWORD = "correct horse battery";
  public static final String CORPUS_NONCE = Vectors.NONCE;
  public static final long CORPUS_NOW = Vectors.NOW;

  private final CountersignClient client;
  private final String resource;
  private final User user;
  private final EnrolledToken phone;

  /** Assigned to the resource, and new each time, so that no code is in the way of another. */
  public Scene(CountersignClient client, String resource) {
    this.client = client;
    this.resource = resource;
    user = client.users().create(Map.of("login", "maria-" + UUID.randomUUID(), "password", PASSWORD));
    phone = client.tokens().create(Map.of("kind", "totp", "name", "Phone", "owner", user.id()));
    client.assignments().create(Map.of("resource", resource, "user", user.id(), "token", phone.token().id()));
  }

  public String id() {
    return user.id();
  }

  public String login() {
    return user.login();
  }

  private String code() {
    return Devices.totp(phone.secret());
  }

  public static String nonce() {
    return Nonces.newNonce();
  }

  /** What the page gets when they sign in with password and code. */
  public String resultFor(String nonce) {
    Map<String, UnaryOperator<String>> answers =
        Map.of("identify", step -> login(), "password", step -> PASSWORD, "otp", step -> code());
    return widget().signIn(resource, nonce, null, answers);
  }

  /** What the page gets when they are asked for the code alone. */
  public String codeFor(String nonce, String loginRequest) {
    return widget().signIn(resource, nonce, loginRequest, Map.of("otp", step -> code()));
  }

  private static Widget widget() {
    return new Widget(System.getenv("COUNTERSIGN_URL"));
  }

  /** The status of the answer. */
  public static int post(String url, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static String corpus(String name) {
    return Vectors.named(name);
  }

  public static String textOf(JsonNode one) {
    return Vectors.textOf(one);
  }

  /** Those that are hostile to a verifier which is set up in the usual way. */
  public static List<JsonNode> hostile() {
    return Vectors.cases().stream()
        .filter(one -> !one.path("expect").asText().equals("accept") && one.path("options").isMissingNode())
        .toList();
  }

  /** Publishes the keys of the corpus. */
  public static final class Keys implements AutoCloseable {
    private final LocalServer server =
        new LocalServer(LocalServer.json(new String(Vectors.JWKS, StandardCharsets.UTF_8)));

    public String url() {
      return server.url() + "/jwks";
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
