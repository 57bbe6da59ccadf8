package dev.countersign.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Requests whose answers are small and come soon, or not at all. */
final class BoundedHttp {
  private final HttpClient client;

  /**
   * @param given null: one of its own
   * @param url where all of its requests go
   */
  BoundedHttp(HttpClient given, String url) {
    client = given == null ? newClient(url) : given;
    // They would carry credentials elsewhere.
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw InvalidInputException.option("\"httpClient\" must not follow redirects.");
    }
  }

  private static HttpClient newClient(String url) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofMinutes(1));
    // What is not encrypted stays on this machine, whatever proxy the host names.
    if (!url.startsWith("https:")) builder.proxy(HttpClient.Builder.NO_PROXY);
    return builder.build();
  }

  /** The time limit covers the body too, which {@link HttpRequest#timeout} does not. */
  CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request, Duration timeout, int maxBytes) {
    CompletableFuture<HttpResponse<byte[]>> inFlight = client.sendAsync(request, head -> new BoundedBody(maxBytes));
    CompletableFuture<HttpResponse<byte[]>> answered = inFlight.copy();
    // Also when the caller that waits cancels it.
    answered.whenComplete(
        (answer, failure) -> {
          if (failure != null) inFlight.cancel(true);
        });
    return answered.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
