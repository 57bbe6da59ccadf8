package dev.countersign.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who signed in, where, and how (RFC 7519).
 *
 * @param iss the service's public URL
 * @param aud the resource id
 * @param sub the user id. Stable: key your own records on it
 * @param preferredUsername the user's login. May change hands over time
 * @param nonce the nonce of the sign-in
 * @param origin origin of the page that embedded the widget, as the person's browser enforced it
 * @param amr methods used, as of RFC 8176: {@code pwd otp sms pin hwk swk user mfa}
 * @param acr {@code "1"} one factor, {@code "2"} two factors
 * @param otp what became of the one-time password
 * @param txn hash of the transaction that the person confirmed. Empty: they signed in
 * @param authTime when the oldest of the factors was shown
 * @param iat when the result was made
 * @param exp when it expires
 * @param jti the result's own id: it can be consumed once, by this and never by its text
 * @param email an address to write to, if the resource asks for it. It may be unconfirmed or change hands: never find a
 *     user by it
 * @param name first and last name, if the resource asks for them
 * @param externalId the user's id in your own records, if the resource asks for it
 * @param metadata the metadata of the user that the resource asks for; empty without any
 * @param hook what the resource's hook added; empty without any
 * @param test whether a test resource gave it, with which no user has signed in; only true where tests are accepted
 * @param passwordBreached the password was stolen elsewhere and published, on a resource that warns: ask the user to
 *     change it
 * @param app a native app got the result by its code; only true where an app is expected
 */
public record ResultClaims(
    String iss,
    String aud,
    String sub,
    String preferredUsername,
    String nonce,
    String origin,
    List<String> amr,
    String acr,
    OtpUse otp,
    Optional<String> txn,
    Instant authTime,
    Instant iat,
    Instant exp,
    String jti,
    Optional<String> email,
    Optional<String> name,
    Optional<String> externalId,
    Map<String, Object> metadata,
    Map<String, Object> hook,
    boolean test,
    boolean passwordBreached,
    boolean app) {
  /** The {@code typ} header of a result; anything else is not a result (RFC 8725 3.11). */
  public static final String TYP = "countersign-result+jwt";

  /** The {@code typ} of what a test resource gives. */
  public static final String TEST_TYP = "countersign-test-result+jwt";
}
