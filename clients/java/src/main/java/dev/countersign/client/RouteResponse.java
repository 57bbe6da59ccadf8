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
public record RouteResponse(int status, byte[] body, Map<String, String> headers) {
  static RouteResponse of(int status, Map<String, ?> members) {
    return with(status, members, Map.of());
  }

  static RouteResponse redirect(String path) {
    return with(303, Map.of(), Map.of("Location", path));
  }

  static RouteResponse with(int status, Map<String, ?> members, Map<String, String> more) {
    Map<String, String> headers = new LinkedHashMap<>(more);
    headers.put("Cache-Control", "no-store");
    return new RouteResponse(status, Json.write(members), headers);
  }
}
