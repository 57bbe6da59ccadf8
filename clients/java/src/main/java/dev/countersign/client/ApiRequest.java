package dev.countersign.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A request of the API.
 *
 * @param path below {@code /v1}, with its slash
 * @param body written as JSON; null for none
 */
record ApiRequest(String method, String path, Map<String, ?> query, Object body, Kind kind) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  enum Kind {
    /** Comes to the same however often it is asked. */
    READ,
    /** Told apart by its Idempotency-Key, so it may be repeated. */
    CREATION,
    /** May have happened although no answer came, and would count twice: never repeated. */
    ONCE
  }

  static ApiRequest get(String path, Map<String, ?> query) {
    return new ApiRequest("GET", path, query, null, Kind.READ);
  }

  static ApiRequest get(String path) {
    return get(path, Map.of());
  }

  static ApiRequest post(String path, Object body, Kind kind) {
    return new ApiRequest("POST", path, Map.of(), body, kind);
  }

  static ApiRequest patch(String path, Object body) {
    return new ApiRequest("PATCH", path, Map.of(), body, Kind.ONCE);
  }

  static ApiRequest delete(String path, Map<String, ?> query) {
    return new ApiRequest("DELETE", path, query, null, Kind.ONCE);
  }

  static ApiRequest delete(String path) {
    return delete(path, Map.of());
  }

  /** Refuses what is not an id before it becomes part of an address: {@code ..} would ask for something else. */
  static String itemPath(String path, String id) {
    if (id != null && ID.matcher(id).matches()) return path + "/" + id;
    throw new InvalidInputException("INPUT_INVALID", "That is not the id of an object.");
  }

  String urlTail() {
    String parameters =
        query.entrySet().stream()
            .filter(one -> one.getValue() != null)
            .map(one -> encode(one.getKey()) + "=" + encode(String.valueOf(one.getValue())))
            .collect(Collectors.joining("&"));
    return "/v1" + path + (parameters.isEmpty() ? "" : "?" + parameters);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
