package dev.countersign.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that gives answers in turn, the last one again and again, and remembers what it was asked. */
final class LocalServer implements AutoCloseable {
  record Seen(String method, String path, Map<String, String> headers, String body) {
    String line() {
      return method + " " + path;
    }
  }

  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
  private final List<Answer> answers;
  private final CountDownLatch closing = new CountDownLatch(1);

  LocalServer(Answer... answers) {
    this.answers = List.of(answers);
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  List<String> lines() {
    return seen().stream().map(Seen::line).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int turn;
    synchronized (seen) {
      seen.add(new Seen(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body));
      turn = Math.min(seen.size(), answers.size()) - 1;
    }
    try (exchange) {
      answers.get(turn).to(exchange);
    }
  }

  static Answer json(int status, String body, String... headers) {
    return exchange -> {
      for (int at = 0; at < headers.length; at += 2) exchange.getResponseHeaders().set(headers[at], headers[at + 1]);
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  static Answer json(String body) {
    return json(200, body);
  }

  static Answer problem(int status, String code, String more, String... headers) {
    String body = "{\"type\":\"about:blank\",\"title\":\"No.\",\"status\":%d,\"code\":\"%s\",\"requestId\":\"req_1\"%s}";
    return json(status, String.format(Locale.ROOT, body, status, code, more.isEmpty() ? "" : "," + more), headers);
  }

  static Answer problem(int status, String code) {
    return problem(status, code, "");
  }

  /** The connection ends without an answer. */
  static Answer hangUp() {
    return HttpExchange::close;
  }


  /** A server that answers nothing. */
  static LocalServer silent() {
    LocalServer[] self = new LocalServer[1];
    self[0] = new LocalServer(exchange -> self[0].untilClosed());
    return self[0];
  }

  /** A server whose answer begins and never ends. */
  static LocalServer endlessBody() {
    LocalServer[] self = new LocalServer[1];
    self[0] =
        new LocalServer(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              self[0].untilClosed();
            });
    return self[0];
  }

  private void untilClosed() {
    try {
      closing.await();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
