package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies what the service sends to a webhook of yours (Standard Webhooks 1.0). Make one and keep it; any number of
 * threads may use it at once.
 *
 * <p>It does not know whether you have had an event before: the service sends it again until your 2xx reaches it. So
 * remember the ids for a week, or make what you do harmless when done twice.
 *
 * <pre>{@code
 * WebhookVerifier webhooks = WebhookVerifier.of(System.getenv("WEBHOOK_SECRET"));
 * WebhookEvent event = webhooks.verifyWebhook(exchange.getRequestBody().readAllBytes(), exchange.getRequestHeaders());
 * }</pre>
 */
public final class WebhookVerifier {
  /** Far above any message of the service. */
  private static final int MAX_BODY = 64 * 1024;

  private static final int MAX_HEADER = 1024;
  /** During a rotation there are two. */
  private static final int MAX_SIGNATURES = 10;

  private static final int SIGNATURE_BYTES = 32;
  private static final int LEAST_KEY_BYTES = 24;
  private static final String PREFIX = "whsec_";
  /** Whole seconds in plain decimal; {@code 1e9} and {@code 0x10} are other people's numbers. */
  private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,11}");

  /** As the service writes it. Java alone would read more: offsets, nanoseconds, years of ten digits. */
  private static final Pattern INSTANT =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,3})?Z");

  private final List<byte[]> keys;
  private final Duration tolerance;
  private final Clock clock;

  private WebhookVerifier(List<byte[]> keys, Duration tolerance, Clock clock) {
    this.keys = keys;
    this.tolerance = tolerance;
    this.clock = clock;
  }

  /**
   * For the secret that was shown when the webhook was made, or for several while you change it.
   *
   * @param secrets {@code whsec_...}
   * @throws InvalidInputException {@code OPTION_INVALID}
   */
  public static WebhookVerifier of(String... secrets) {
    List<byte[]> keys = new ArrayList<>();
    for (String secret : secrets == null ? new String[0] : secrets) {
      byte[] key =
          secret != null && secret.startsWith(PREFIX)
              ? decode(secret.substring(PREFIX.length())).orElse(new byte[0])
              : new byte[0];
      // An empty key is one that everybody has.
      if (key.length < LEAST_KEY_BYTES) throw noSecret();
      keys.add(key);
    }
    if (keys.isEmpty()) throw noSecret();
    return new WebhookVerifier(keys, Duration.ofMinutes(5), Clock.systemUTC());
  }

  /**
   * The same with another tolerance: by how much the time of sending may differ from yours. Default 5 minutes, at
   * most an hour.
   */
  public WebhookVerifier tolerance(Duration most) {
    return new WebhookVerifier(keys, Bounds.of("tolerance", most, Duration.ZERO, Duration.ofHours(1)), clock);
  }

  /** The same by another clock than the system's. */
  public WebhookVerifier clock(Clock given) {
    return new WebhookVerifier(keys, tolerance, Bounds.given("clock", given));
  }

  /**
   * The event in a request, if the service sent it to your webhook, and not long ago.
   *
   * @param body as it came, before anything has parsed it
   * @param headers as {@code HttpExchange.getRequestHeaders()} and {@code java.net.http.HttpHeaders.map()} give them
   * @throws WebhookException answer 400 then
   */
  public WebhookEvent verifyWebhook(byte[] body, Map<String, List<String>> headers) {
    Bounds.given("headers", headers);
    return verifyWebhook(body, name -> valuesOf(headers, name));
  }

  /**
   * The same for frameworks that give headers by name.
   *
   * @param body as it came, before anything has parsed it
   * @param headers all values of a header, such as {@code name -> Collections.list(request.getHeaders(name))}
   * @throws WebhookException answer 400 then
   */
  public WebhookEvent verifyWebhook(byte[] body, Function<String, List<String>> headers) {
    Bounds.given("body", body);
    Bounds.given("headers", headers);
    if (body.length > MAX_BODY) throw refused("BODY_INVALID", "it is too long");
    String id = header(headers, "webhook-id");
    String timestamp = header(headers, "webhook-timestamp");
    String signatures = header(headers, "webhook-signature");

    if (!SECONDS.matcher(timestamp).matches()) throw refused("HEADERS_INVALID", "webhook-timestamp is no time");
    // It would move what is signed as the id into what is signed as the time.
    if (id.contains(".")) throw refused("HEADERS_INVALID", "webhook-id has a dot");
    long differenceMs = Math.abs(clock.millis() - Long.parseLong(timestamp) * 1000);
    if (differenceMs > tolerance.toMillis()) {
      throw refused("TIMESTAMP_REFUSED", "it was sent too long ago, or the clocks differ");
    }
    if (!isSigned(signatures, (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body)) {
      throw refused("SIGNATURE_WRONG", "no signature in it is of your secret");
    }
    return readEvent(id, body);
  }

  private boolean isSigned(String header, byte[] prefix, byte[] body) {
    String[] given = header.split(" ", -1);
    if (given.length > MAX_SIGNATURES) return false;
    boolean good = false;
    for (byte[] key : keys) {
      byte[] right = sign(key, prefix, body);
      for (String one : given) {
        Optional<byte[]> signature = one.startsWith("v1,") ? decode(one.substring(3)) : Optional.empty();
        // In constant time.
        good |= signature.isPresent()
            && signature.get().length == SIGNATURE_BYTES
            && MessageDigest.isEqual(right, signature.get());
      }
    }
    return good;
  }

  private static byte[] sign(byte[] key, byte[] prefix, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(prefix);
      return mac.doFinal(body);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static List<String> valuesOf(Map<String, List<String>> headers, String name) {
    List<String> values = new ArrayList<>();
    headers.forEach(
        (key, given) -> {
          if (name.equalsIgnoreCase(key) && given != null) values.addAll(given);
        });
    return values;
  }

  /** Exactly one value; a header given twice says different things to different readers. */
  private static String header(Function<String, List<String>> headers, String name) {
    List<String> values = headers.apply(name);
    String value = values != null && values.size() == 1 ? values.get(0) : null;
    if (value != null && !value.isEmpty() && value.length() <= MAX_HEADER) return value;
    throw refused("HEADERS_INVALID", name + " is missing, or there is more than one");
  }

  private static WebhookEvent readEvent(String id, byte[] body) {
    ObjectNode event;
    try {
      event = StrictJson.readObject(body);
    } catch (IOException ambiguous) {
      throw refused("BODY_INVALID", "it is not unambiguous JSON");
    }
    JsonNode type = event.path("type");
    JsonNode data = event.path("data");
    if (!type.isTextual() || !data.isObject()) throw refused("BODY_INVALID", "it is no event");
    return new WebhookEvent(id, type.textValue(), instant(event.path("timestamp")), Json.toMap(data));
  }

  private static Instant instant(JsonNode timestamp) {
    String text = timestamp.isTextual() ? timestamp.textValue() : "";
    try {
      if (INSTANT.matcher(text).matches()) return Instant.parse(text);
    } catch (DateTimeException notATime) {
      // As if it were none.
    }
    throw refused("BODY_INVALID", "its timestamp is no time");
  }

  /** RFC 4648 section 4, with its padding and nothing else: bits beyond the end would give one signature many texts. */
  private static Optional<byte[]> decode(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return Base64.getEncoder().encodeToString(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static InvalidInputException noSecret() {
    return InvalidInputException.option("\"secret\" must be the text that begins with whsec_, or several of such.");
  }

  private static WebhookException refused(String code, String why) {
    return new WebhookException("WEBHOOK_" + code, why);
  }
}
