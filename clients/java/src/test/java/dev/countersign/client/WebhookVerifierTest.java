package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class WebhookVerifierTest {
  private static final long AT = 1_800_000_000L;
  private static final byte[] KEY = new byte[32];
  private static final byte[] OTHER_KEY = new byte[32];

  static {
    for (int at = 0; at < KEY.length; at++) KEY[at] = (byte) at;
    Arrays.fill(OTHER_KEY, (byte) 9);
  }

  private static final String BODY =
      "{\"type\":\"user.created\",\"timestamp\":\"2027-01-15T07:59:00.000Z\","
          + "\"data\":{\"subject\":\"usr_01k8dq9z2mp\",\"actor\":{\"kind\":\"operator\"},\"n\":1}}";
  private static final Map<String, List<String>> HEADERS = headers("dlv_0_1_01k8dq9z2mp", AT, BODY, KEY);

  private static String secret(byte[] key) {
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  private static String sign(String id, long at, String body, byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] signature = mac.doFinal((id + "." + at + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(signature);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Map<String, List<String>> headers(String id, long at, String body, byte[]... keys) {
    String signatures = String.join(" ", Arrays.stream(keys).map(key -> sign(id, at, body, key)).toList());
    return Map.of(
        "webhook-id", List.of(id), "webhook-timestamp", List.of("" + at), "webhook-signature", List.of(signatures));
  }

  private static Map<String, List<String>> with(String name, String... values) {
    Map<String, List<String>> changed = new LinkedHashMap<>(HEADERS);
    changed.put(name, List.of(values));
    return changed;
  }

  private static WebhookVerifier verifier(String... secrets) {
    return WebhookVerifier.of(secrets).clock(Vectors.clockAt(AT));
  }

  private static WebhookEvent verify(String body, Map<String, List<String>> headers) {
    return verifier(secret(KEY)).verifyWebhook(body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private static void refuses(String code, String body, Map<String, List<String>> headers) {
    CountersignException refusal = Refusals.of(code, () -> verify(body, headers));
    assertTrue(refusal instanceof WebhookException);
  }

  @Test
  void aMessageOfTheServiceIsTaken() {
    WebhookEvent event = verify(BODY, HEADERS);
    assertEquals("dlv_0_1_01k8dq9z2mp", event.id());
    assertEquals("user.created", event.type());
    assertEquals(Instant.parse("2027-01-15T07:59:00Z"), event.at());
    assertEquals(Map.of("subject", "usr_01k8dq9z2mp", "actor", Map.of("kind", "operator"), "n", 1), event.data());
    Map<String, List<String>> capitals = new LinkedHashMap<>();
    HEADERS.forEach((name, values) -> capitals.put(name.toUpperCase(Locale.ROOT), values));
    assertEquals(event, verify(BODY, capitals));
    assertEquals(event, verifier(secret(KEY)).verifyWebhook(BODY.getBytes(StandardCharsets.UTF_8), HEADERS::get));
  }

  // SR-32
  @Test
  void everyBodyIdOrTimeButTheOneThatWasSignedIsRefused() {
    Random chance = new Random(32);
    byte[] good = BODY.getBytes(StandardCharsets.UTF_8);
    for (int run = 0; run < 200; run++) {
      byte[] changed = good.clone();
      changed[chance.nextInt(changed.length)] ^= (byte) (1 + chance.nextInt(255));
      Refusals.of("WEBHOOK_SIGNATURE_WRONG", () -> verifier(secret(KEY)).verifyWebhook(changed, HEADERS));
    }
    refuses("WEBHOOK_SIGNATURE_WRONG", BODY + "\n", HEADERS);
    refuses("WEBHOOK_SIGNATURE_WRONG", BODY, with("webhook-id", "dlv_0_2_01k8dq9z2mp"));
    refuses("WEBHOOK_SIGNATURE_WRONG", BODY, with("webhook-timestamp", "" + (AT + 1)));
    refuses("WEBHOOK_SIGNATURE_WRONG", BODY, with("webhook-signature", "v1,"));
    refuses("WEBHOOK_SIGNATURE_WRONG", BODY, headers("dlv_0_1_01k8dq9z2mp", AT, BODY, OTHER_KEY));
  }

  @Test
  void aDotMovedFromTheIdIntoTheTimeIsRefused() {
    refuses("WEBHOOK_HEADERS_INVALID", BODY, headers("dlv_0_1." + AT, AT, BODY, KEY));
  }

  @Test
  void whatWasSentTooLongAgoOrComesFromTheFutureIsRefused() {
    byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
    for (long seconds : new long[] {-300, 300}) {
      WebhookVerifier off = verifier(secret(KEY)).clock(Vectors.clockAt(AT + seconds));
      assertEquals("user.created", off.verifyWebhook(body, HEADERS).type());
    }
    for (long seconds : new long[] {-301, 301, -AT, 1L << 40}) {
      WebhookVerifier off = verifier(secret(KEY)).clock(Vectors.clockAt(AT + seconds));
      Refusals.of("WEBHOOK_TIMESTAMP_REFUSED", () -> off.verifyWebhook(body, HEADERS));
    }
    WebhookVerifier strict = verifier(secret(KEY)).tolerance(Duration.ZERO).clock(Vectors.clockAt(AT + 1));
    Refusals.of("WEBHOOK_TIMESTAMP_REFUSED", () -> strict.verifyWebhook(body, HEADERS));
  }

  @Test
  void aTimeThatIsSpeltAnotherWayIsRefused() {
    for (String time : List.of("", " 1800000000", "1.8e9", "0x6b49d200", "-1", "01800000000", "1800000000.5", "٣", "now")) {
      refuses("WEBHOOK_HEADERS_INVALID", BODY, with("webhook-timestamp", time));
    }
  }

  @Test
  void aHeaderThatIsMissingOrThereTwiceIsRefused() {
    for (String name : HEADERS.keySet()) {
      String value = HEADERS.get(name).get(0);
      Map<String, List<String>> without = new LinkedHashMap<>(HEADERS);
      without.remove(name);
      refuses("WEBHOOK_HEADERS_INVALID", BODY, without);
      refuses("WEBHOOK_HEADERS_INVALID", BODY, with(name));
      refuses("WEBHOOK_HEADERS_INVALID", BODY, with(name, value, value));
      refuses("WEBHOOK_HEADERS_INVALID", BODY, with(name.toUpperCase(Locale.ROOT), value));
    }
    refuses("WEBHOOK_HEADERS_INVALID", BODY, Map.of());
  }

  @Test
  void aRightSignatureInAnotherSchemeCutPaddedOrAmongTooManyIsRefused() {
    String good = HEADERS.get("webhook-signature").get(0);
    String base64 = good.substring(3);
    for (String signature :
        List.of(
            base64,
            "v2," + base64,
            "v1a," + base64,
            "V1," + base64,
            "v1 " + base64,
            "v1," + base64.substring(0, base64.length() - 1),
            "v1," + base64.substring(0, base64.length() - 4),
            good + "=",
            good + "\n",
            "v1," + base64.replace('+', '-').replace('/', '_').replace("=", ""),
            good + "," + good,
            "v1,AAAA ".repeat(10) + good)) {
      refuses("WEBHOOK_SIGNATURE_WRONG", BODY, with("webhook-signature", signature));
    }
  }

  @Test
  void anEventThatIsNoneOrSaysTwoThingsAtOnceIsRefusedThoughItIsSigned() {
    String time = "\"timestamp\":\"2027-01-15T08:00:00.000Z\"";
    for (String body :
        List.of(
            "",
            "null",
            "[]",
            "\"x\"",
            "{}",
            "{\"type\":\"a\"," + time + "}",
            "{\"type\":1," + time + ",\"data\":{}}",
            "{\"type\":\"a\"," + time + ",\"data\":[]}",
            "{\"type\":\"a\",\"timestamp\":\"soon\",\"data\":{}}",
            "{\"type\":\"a\",\"timestamp\":1,\"data\":{}}",
            "{\"type\":\"a\",\"type\":\"b\"," + time + ",\"data\":{}}",
            "{\"type\":\"a\"," + time + ",\"data\":{}}{}",
            "\uFEFF{\"type\":\"a\"," + time + ",\"data\":{}}",
            "{\"type\":\"a\"," + time + ",\"data\":{\"x\":" + "[".repeat(50) + "]".repeat(50) + "}}",
            "{\"type\":\"a\"," + time + ",\"data\":{\"x\":\"" + "x".repeat(70_000) + "\"}}")) {
      refuses("WEBHOOK_BODY_INVALID", body, headers("m", AT, body, KEY));
    }
  }

  @Test
  void aSecretThatIsNoneIsRefusedSinceAnEmptyKeyVerifiesWhatAnybodySigns() {
    String good = secret(KEY);
    for (String none : new String[] {null, "", "whsec_", "whsec_AAAA", good.substring(6), "whsec_???", "WHSEC_" + good}) {
      CountersignException refusal = Refusals.of("OPTION_INVALID", () -> WebhookVerifier.of(none));
      assertFalse(none != null && none.length() > 6 && refusal.getMessage().contains(none));
      Refusals.of("OPTION_INVALID", () -> WebhookVerifier.of(good, none));
    }
    Refusals.of("OPTION_INVALID", WebhookVerifier::of);
    Refusals.of("OPTION_INVALID", () -> WebhookVerifier.of((String[]) null));
    Refusals.of("OPTION_INVALID", () -> verifier(good).tolerance(Duration.ofHours(2)));
    Refusals.of("OPTION_INVALID", () -> verifier(good).verifyWebhook(null, HEADERS));
  }

  @Test
  void duringARotationEitherSecretTakesWhatBothHaveSignedAndEitherOfTwoIsEnough() {
    Map<String, List<String>> both = headers("m", AT, BODY, OTHER_KEY, KEY);
    assertEquals("m", verify(BODY, both).id());
    byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
    assertEquals("m", verifier(secret(OTHER_KEY)).verifyWebhook(body, both).id());
    assertEquals("user.created", verifier(secret(OTHER_KEY), secret(KEY)).verifyWebhook(body, HEADERS).type());
  }
}
