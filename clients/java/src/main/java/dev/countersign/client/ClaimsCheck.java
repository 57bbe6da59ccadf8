package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether claims are those of a result for this resource, this sign-in and this moment. */
final class ClaimsCheck {
  /** As the service takes them: long enough to be unguessable, nothing that needs escaping. */
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_.~-]{16,256}");

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  /** The largest number that every reader of JSON has exactly (RFC 8259 6). */
  private static final long LARGEST_EXACT = (1L << 53) - 1;

  /** Times in seconds. */
  record Rules(String issuer, String resource, long clockTolerance, long maxLifetime) {}

  private ClaimsCheck() {}

  /** The claims of a payload whose signature is right. Those that this version does not know are left out. */
  static ResultClaims check(ObjectNode payload, Rules rules, ResultExpectations expected, long now) {
    refuseUnless(
        rules.issuer.equals(payload.path("iss").textValue()),
        "RESULT_ISSUER_WRONG",
        "The result is of another service.");
    // Exactly one audience: in a list, another site could use the result too.
    refuseUnless(
        rules.resource.equals(payload.path("aud").textValue()),
        "RESULT_AUDIENCE_WRONG",
        "The result is for another resource.");

    long exp = instant(payload, "exp");
    long iat = instant(payload, "iat");
    refuseUnless(
        exp > iat && exp - iat <= rules.maxLifetime,
        "RESULT_LIFETIME_WRONG",
        "A result lives at most " + rules.maxLifetime + " s.");
    refuseUnless(now < exp + rules.clockTolerance, "RESULT_EXPIRED", "The result has expired.");
    long notBefore = payload.has("nbf") ? Math.max(iat, instant(payload, "nbf")) : iat;
    refuseUnless(notBefore <= now + rules.clockTolerance, "RESULT_NOT_YET_VALID", "The result is of the future.");

    checkNonce(payload.path("nonce").textValue(), expected.nonce);

    ResultClaims claims = read(payload);
    long authTime = claims.authTime().getEpochSecond();
    refuseUnless(
        authTime <= iat + rules.clockTolerance,
        "RESULT_CLAIMS_INVALID",
        "The result is older than the sign-in it reports.");

    checkTransaction(claims, expected.transaction);
    checkOrigin(claims, expected.origin, expected.app);
    refuseUnless(
        !expected.requireOtp || claims.otp() == OtpUse.VERIFIED,
        "RESULT_OTP_REQUIRED",
        "No one-time password was checked in this sign-in.");
    refuseUnless(
        !expected.twoFactors || claims.acr().equals("2"),
        "RESULT_ACR_REQUIRED",
        "This sign-in had one factor, and two are asked for.");
    refuseUnless(
        expected.maxAge == null
            || Duration.ofSeconds(now - authTime - rules.clockTolerance).compareTo(expected.maxAge) <= 0,
        "RESULT_TOO_OLD",
        "The person has shown a factor of this sign-in too long ago.");
    return claims;
  }

  /**
   * The claims of the service's own answer to a consumption. Signature and time are its business then; that it speaks
   * of the resource and nonce in question is checked all the same.
   */
  static ResultClaims checkConsumed(ObjectNode answer, ConsumeResult asked) {
    ResultClaims claims = read(answer);
    refuseUnless(
        !claims.test() || asked.acceptsTest(), "RESULT_TEST_REFUSED", "The result comes from a test resource.");
    refuseUnless(claims.aud().equals(asked.resource()), "RESULT_AUDIENCE_WRONG", "The result is for another resource.");
    refuseUnless(isEqual(claims.nonce(), asked.nonce()), "RESULT_NONCE_WRONG", "The result is not of this sign-in.");
    checkTransaction(claims, asked.transaction());
    checkOrigin(claims, asked.origin(), asked.isForApp());
    return claims;
  }

  /**
   * Of an app or of a page, as expected: with a nonce of another session, either would sign a thief in to the other.
   */
  private static void checkOrigin(ResultClaims claims, String origin, boolean isForApp) {
    refuseUnless(
        !claims.app() || isForApp,
        "RESULT_APP_UNEXPECTED",
        "The sign-in was for a native app, and a page is expected.");
    refuseUnless(
        claims.app() || !isForApp,
        "RESULT_APP_REQUIRED",
        "The sign-in was on a page, and a native app is expected.");
    refuseUnless(
        origin == null || origin.equals(claims.origin()),
        "RESULT_ORIGIN_WRONG",
        "The sign-in happened on \"%s\", and \"%s\" is expected.".formatted(claims.origin(), origin));
  }

  private static void checkNonce(String given, String expected) {
    // What is expected is looked at too: a session that has lost its nonce must not match a result without one.
    boolean isOurs = given != null && expected != null && NONCE.matcher(expected).matches() && isEqual(given, expected);
    refuseUnless(isOurs, "RESULT_NONCE_WRONG", "The result is not of this sign-in.");
  }

  /** In a time that tells nothing of where they differ. */
  private static boolean isEqual(String one, String other) {
    return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Neither stands for the other: a sign-in confirms nothing, and a user who confirmed a payment did not ask to be
   * signed in.
   */
  private static void checkTransaction(ResultClaims claims, String expected) {
    refuseUnless(
        claims.txn().isEmpty() || expected != null,
        "RESULT_TRANSACTION_UNEXPECTED",
        "The result confirms a transaction, and a sign-in is asked for.");
    refuseUnless(
        claims.txn().equals(Optional.ofNullable(expected)),
        "RESULT_TRANSACTION_WRONG",
        "The result does not confirm this transaction.");
  }

  private static ResultClaims read(ObjectNode payload) {
    return new ResultClaims(
        text(payload, "iss"),
        text(payload, "aud"),
        text(payload, "sub"),
        text(payload, "preferred_username"),
        text(payload, "nonce"),
        origin(payload),
        methods(payload),
        acr(payload),
        OtpUse.of(payload.path("otp").textValue()).orElseThrow(() -> invalid("otp")),
        transaction(payload),
        Instant.ofEpochSecond(instant(payload, "auth_time")),
        Instant.ofEpochSecond(instant(payload, "iat")),
        Instant.ofEpochSecond(instant(payload, "exp")),
        text(payload, "jti"),
        optionalText(payload, "email"),
        optionalText(payload, "name"),
        optionalText(payload, "external_id"),
        map(payload, "metadata"),
        map(payload, "hook"),
        trueIfPresent(payload, "test"),
        trueIfPresent(payload, "password_breached"),
        trueIfPresent(payload, "app"));
  }

  private static Optional<String> transaction(ObjectNode payload) {
    if (!payload.has("txn")) return Optional.empty();
    String hash = payload.path("txn").textValue();
    if (hash == null || !HASH.matcher(hash).matches()) throw invalid("txn");
    return Optional.of(hash);
  }

  /** The service says so with {@code true}; anything else in that place is nothing that it writes. */
  private static boolean trueIfPresent(ObjectNode payload, String name) {
    if (!payload.has(name)) return false;
    JsonNode value = payload.path(name);
    if (!value.isBoolean() || !value.booleanValue()) throw invalid(name);
    return true;
  }

  /** Whole seconds, written as such: {@code 1.8e9} and {@code 1800000000.0} are no times of ours. */
  private static long instant(ObjectNode payload, String name) {
    JsonNode value = payload.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) throw invalid(name);
    long seconds = value.longValue();
    if (seconds < 0 || seconds > LARGEST_EXACT) throw invalid(name);
    return seconds;
  }

  private static String text(ObjectNode payload, String name) {
    String value = payload.path(name).textValue();
    if (value == null || value.isEmpty()) throw invalid(name);
    return value;
  }

  private static Optional<String> optionalText(ObjectNode payload, String name) {
    return payload.has(name) ? Optional.of(text(payload, name)) : Optional.empty();
  }

  /** The service writes no empty one. */
  private static Map<String, Object> map(ObjectNode payload, String name) {
    if (!payload.has(name)) return Map.of();
    JsonNode map = payload.path(name);
    if (!map.isObject() || map.isEmpty()) throw invalid(name);
    return Json.toMap(map);
  }

  private static String acr(ObjectNode payload) {
    String level = text(payload, "acr");
    if (!level.equals("1") && !level.equals("2")) throw invalid("acr");
    return level;
  }

  private static String origin(ObjectNode payload) {
    String origin = text(payload, "origin");
    if (!Origins.isOrigin(origin)) throw invalid("origin");
    return origin;
  }

  private static List<String> methods(ObjectNode payload) {
    JsonNode value = payload.path("amr");
    if (!value.isArray()) throw invalid("amr");
    List<String> methods = new ArrayList<>();
    for (JsonNode method : value) {
      if (!method.isTextual() || method.textValue().isEmpty()) throw invalid("amr");
      methods.add(method.textValue());
    }
    return List.copyOf(methods);
  }

  private static ResultException invalid(String claim) {
    return new ResultException(
        "RESULT_CLAIMS_INVALID", "The claim \"" + claim + "\" is missing or has the wrong type.");
  }

  private static void refuseUnless(boolean holds, String code, String message) {
    if (!holds) throw new ResultException(code, message);
  }
}
