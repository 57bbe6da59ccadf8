package dev.countersign.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** A route or guard says no, with a stable code. */
final class RouteRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Integer> STATUS =
      Map.ofEntries(
          Map.entry("METHOD_NOT_ALLOWED", 405),
          Map.entry("POST_CROSS_SITE", 403),
          Map.entry("MEDIA_TYPE_UNSUPPORTED", 415),
          Map.entry("BODY_TOO_LARGE", 413),
          Map.entry("JSON_INVALID", 400),
          Map.entry("DUPLICATE_NAME", 400),
          Map.entry("INPUT_INVALID", 422),
          Map.entry("ACCESS_DENIED", 403),
          Map.entry("SIGN_IN_REQUIRED", 401),
          Map.entry("STEP_UP_REQUIRED", 403),
          Map.entry("RESULT_OF_ANOTHER_USER", 403),
          Map.entry("SECOND_FACTOR_ENDED", 403));

  private final String code;

  RouteRefusal(String code) {
    super(code, null, false, false);
    this.code = code;
  }

  String code() {
    return code;
  }

  RouteResponse response() {
    return response(Map.of());
  }

  RouteResponse response(Map<String, Object> more) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("code", code);
    members.putAll(more);
    Map<String, String> headers = code.equals("METHOD_NOT_ALLOWED") ? Map.of("Allow", "POST") : Map.of();
    return RouteResponse.with(STATUS.get(code), members, headers);
  }
}
