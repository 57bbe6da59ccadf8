package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the frame sends for a person who answers every step. */
final class Widget {
  static final String ORIGIN = "https://shop.example";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String url;

  Widget(String url) {
    this.url = url;
  }

  /**
   * The result that the page would get.
   *
   * @param loginRequest null for a sign-in without one
   * @param answers by the name of the step; {@code sign} is asked with the question
   */
  String signIn(String resource, String nonce, String loginRequest, Map<String, UnaryOperator<String>> answers) {
    Map<String, Object> begin = new LinkedHashMap<>(Map.of("resource", resource, "nonce", nonce, "origin", ORIGIN));
    if (loginRequest != null) begin.put("loginRequest", loginRequest);
    JsonNode view = post("/widget/v1/flows", begin, "");
    String handle = view.path("handle").asText();
    while (!view.path("step").asText().equals("done")) {
      String step = view.path("step").asText();
      UnaryOperator<String> answer = answers.get(step);
      if (answer == null || view.has("error")) throw new IllegalStateException("The sign-in stands at " + view);
      String field = Map.of("identify", "login", "password", "password").getOrDefault(step, "otp");
      Map<String, Object> body =
          Map.of("seq", view.path("seq").intValue(), field, answer.apply(view.path("question").asText()));
      view = post("/widget/v1/flow/" + step, body, handle);
    }
    return view.path("result").asText();
  }

  private JsonNode post(String path, Map<String, Object> body, String handle) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(body)));
    if (!handle.isEmpty()) request.header("countersign-flow", handle);
    try {
      HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return Vectors.MAPPER.readTree(answer.body());
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
