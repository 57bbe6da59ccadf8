package dev.countersign.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * JSON, or a redirect. Never to be stored.
 *
 * @param status of HTTP
 * @param body JSON
 * @param headers besides {@code Content-Type}
 */
public record RouteAnswer(int status, byte[] body, Map<String, String> headers) {
  static RouteAnswer of(int status, Map<String, ?> members) {
    return with(status, members, Map.of());
  }

  static RouteAnswer redirect(String path) {
    return with(303, Map.of(), Map.of("Location", path));
  }

  static RouteAnswer with(int status, Map<String, ?> members, Map<String, String> more) {
    Map<String, String> headers = new LinkedHashMap<>(more);
    headers.put("Cache-Control", "no-store");
    return new RouteAnswer(status, Json.write(members), headers);
  }
}
