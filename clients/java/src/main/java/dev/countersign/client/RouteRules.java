package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the sign-in routes decide. The same in every language: {@code shared/vectors/sites}. */
final class RouteRules {
  private static final int MAX_NEXT = 2048;
  private static final String ONE = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
  // Possessive: the text is long, and Java's matcher would recurse for each character.
  private static final Pattern PATH = Pattern.compile("/(?:" + ONE + "++/)*+" + ONE + "*+");
  private static final Pattern QUERY = Pattern.compile("(?:" + ONE + "|[/?])*+");
  /** What may be decoded once more, end a segment, or be a dot or backslash to one reader only. */
  private static final Pattern DISGUISED = Pattern.compile("%(?:25|2[eE]|2[fF]|5[cC])");
  private static final Pattern DOTS = Pattern.compile("/\\.{1,2}(?:[/;]|\\z)");

  private RouteRules() {}

  /** Whether it is a path of this site, to every browser and server that may read it. */
  static boolean isSafeNext(String given) {
    if (given == null || given.isEmpty() || given.length() > MAX_NEXT) return false;
    int mark = given.indexOf('?');
    String path = mark < 0 ? given : given.substring(0, mark);
    String query = mark < 0 ? "" : given.substring(mark + 1);
    if (!PATH.matcher(path).matches() || !QUERY.matcher(query).matches()) return false;
    if (DISGUISED.matcher(path).find() || DOTS.matcher(path).find()) return false;
    try {
      String decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytesOf(given))).toString();
      return decoded.chars().noneMatch(one -> Character.isISOControl(one) || one == 0x2028 || one == 0x2029);
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  private static byte[] bytesOf(String encoded) {
    byte[] bytes = new byte[encoded.length()];
    int length = 0;
    for (int at = 0; at < encoded.length(); at++) {
      char one = encoded.charAt(at);
      if (one == '%') {
        bytes[length++] = (byte) Integer.parseInt(encoded.substring(at + 1, at + 3), 16);
        at += 2;
      } else {
        bytes[length++] = (byte) one;
      }
    }
    return java.util.Arrays.copyOf(bytes, length);
  }

  /** Why a request is not a post of this site's own pages, which browsers tell and no page can forge. */
  static Optional<String> refusePost(String own, RouteRequest request, boolean needsType) {
    if (!"POST".equals(request.method())) return Optional.of("METHOD_NOT_ALLOWED");
    boolean isOwn = request.fetchSite() == null || request.fetchSite().equals("same-origin");
    if (!own.equals(request.origin()) || !isOwn) return Optional.of("POST_CROSS_SITE");
    boolean isKnown = isForm(request) || "application/json".equals(mediaType(request));
    return needsType && !isKnown ? Optional.of("MEDIA_TYPE_UNSUPPORTED") : Optional.empty();
  }

  static boolean isForm(RouteRequest request) {
    return "application/x-www-form-urlencoded".equals(mediaType(request));
  }

  private static String mediaType(RouteRequest request) {
    String type = request.contentType();
    return type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }

  /** How many factors: a password that the site checked is one more. */
  static String acrOf(String acr, OtpUse otp, boolean passwordChecked) {
    return passwordChecked && otp == OtpUse.VERIFIED ? "2" : acr;
  }

  /** When the oldest factor was checked, in seconds since 1970. */
  static long authTimeOf(long authTime, Long passwordCheckedAt) {
    return passwordCheckedAt == null ? authTime : Math.min(authTime, passwordCheckedAt);
  }

  /** The body: JSON, or a form. An address is never read, because it ends in logs. */
  static Map<String, Object> fieldsOf(RouteRequest request) {
    byte[] body = request.body();
    if (body.length == 0) return Map.of();
    return isForm(request) ? formOf(new String(body, StandardCharsets.ISO_8859_1)) : jsonOf(body);
  }

  private static Map<String, Object> formOf(String text) {
    Map<String, Object> fields = new HashMap<>();
    try {
      for (String pair : text.split("&")) {
        String[] parts = pair.split("=", 2);
        String value = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
        if (fields.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), value) != null) {
          throw new RouteRefusal("DUPLICATE_NAME");
        }
      }
    } catch (IllegalArgumentException badlyEncoded) {
      throw new RouteRefusal("INPUT_INVALID");
    }
    return fields;
  }

  private static Map<String, Object> jsonOf(byte[] body) {
    try {
      ObjectNode members = StrictJson.readObject(body);
      Map<String, Object> fields = new HashMap<>();
      List<String> names = new ArrayList<>();
      members.fieldNames().forEachRemaining(names::add);
      for (String name : names) fields.put(name, valueOf(members.get(name)));
      return fields;
    } catch (IOException | UncheckedIOException notJson) {
      throw new RouteRefusal("JSON_INVALID");
    }
  }

  /** Texts and whole numbers, which is all that the routes take; anything else stays what it is, and is refused. */
  private static Object valueOf(JsonNode value) {
    if (value.isTextual()) return value.textValue();
    return value.isIntegralNumber() && value.canConvertToLong() ? (Object) value.longValue() : value;
  }
}
