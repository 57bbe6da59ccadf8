import com.sun.net.httpserver.*;
import dev.countersign.client.*;
import java.io.IOException;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.regex.*;

/** A page for whoever has signed in: Java's own HTTP server, and Countersign's library for Java. */
public final class Server {
  static final String SERVICE = System.getenv("COUNTERSIGN_URL"), RESOURCE = System.getenv("COUNTERSIGN_RESOURCE");
  static final int PORT = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
  static final String ORIGIN = System.getenv().getOrDefault("ORIGIN", "http://127.0.0.1:" + PORT);
  static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax" + (ORIGIN.startsWith("https:") ? "; Secure" : "");
  static final Pattern COOKIE = Pattern.compile("(?:^|; )session=([\\w-]+)");
  static final ResultVerifier VERIFIER = ResultVerifier.builder(SERVICE, RESOURCE).build();
  /** By the text of the cookie; yours are in a store, and end. One thread answers all, so a plain map will do. */
  static final Map<String, Map<String, String>> SESSIONS = new HashMap<>();

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", PORT), 0);
    server.createContext("/", Server::answer);
    server.start();
  }

  static void answer(HttpExchange exchange) throws IOException {
    Matcher cookie = COOKIE.matcher("" + exchange.getRequestHeaders().getFirst("Cookie"));
    String key = cookie.find() ? cookie.group(1) : "", refused = "", page;
    String route = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    int status = route.startsWith("POST /sign-") ? 303 : 200;
    Map<String, String> old = SESSIONS.getOrDefault(key, Map.of()), session = old;
    if (status == 303) SESSIONS.remove(key);
    if (!SESSIONS.containsKey(key)) SESSIONS.put(key = Nonces.newNonce(), session = new HashMap<>()); // a new id
    if (route.equals("POST /sign-in")) {
      String form = new String(exchange.getRequestBody().readNBytes(20_000), StandardCharsets.ISO_8859_1), given = "";
      for (String field : form.split("&")) if (field.startsWith("countersign_result=")) given = field.substring(19);
      try {
        var expected = ResultExpectations.ofNonce(old.get("nonce")).origin(ORIGIN); // gone with it: it serves once
        session.put("login", VERIFIER.verifyResult(given, expected).preferredUsername());
      } catch (CountersignException refusal) { status = 403; refused = refusal.code(); }
    }
    if (session.containsKey("login")) {
      String login = session.get("login").replace("&", "&amp;").replace("<", "&lt;");
      page = "<h1>Hello, " + login + "</h1><form method=post action=/sign-out><button>Sign out</button></form>";
    } else {
      String nonce = session.computeIfAbsent("nonce", name -> Nonces.newNonce());
      page = String.format("<h1>Please sign in</h1><p role=alert>%s</p><form method=post action=/sign-in><div"
          + " data-countersign data-resource='%s' data-nonce='%s'></div></form><script src='%s"
          + "/widget/v1/countersign.js'></script>", refused, RESOURCE, nonce, SERVICE);
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("Set-Cookie", "session=" + key + ATTRIBUTES);
    headers.set("Cache-Control", "no-store");
    if (status == 303) headers.set("Location", "/"); else headers.set("Content-Type", "text/html; charset=utf-8");
    byte[] body = ("<!doctype html><html lang=en><title>Members</title>" + page).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    try (exchange) { exchange.getResponseBody().write(body); }
  }
}
