package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The thing that makes one-time passwords.
 *
 * @param id {@code tok_...}
 * @param name for people to read
 * @param serial printed on the device, or null
 * @param kind {@code webauthn}, {@code totp}, {@code hotp}, {@code ocra}, {@code sms}, {@code email} or
 *     {@code recovery}
 * @param algorithm of {@code totp} and {@code hotp}: {@code SHA1}, {@code SHA256}, {@code SHA512}; else null
 * @param digits of {@code totp} and {@code hotp}; else null
 * @param period of {@code totp}; else null
 * @param pin where its PIN is typed, {@code before} or {@code after} the code; null without one
 * @param suite of {@code ocra}: which questions it answers, and how (RFC 6287); else null
 * @param to of {@code sms} and {@code email}: where its codes are sent; else null
 * @param discoverable of {@code webauthn}: whether it is found without a name being given; else null
 * @param synced of {@code webauthn}: whether its owner's other devices may have it too; else null
 * @param codesLeft of {@code recovery}: codes that have not been used; else null
 * @param owner the user it belongs to, or null
 * @param administrator instead of a user: the administrator who signs in with it; else null
 * @param enabled false: takes no part in authentication
 * @param locked since when and why nobody is let in with it; null: it is not locked
 * @param failures wrong codes in a row
 * @param resyncFailures resynchronisations in a row that found nothing
 * @param needsResync after a restored backup: no code counts before a resynchronisation
 * @param expiresAt or null
 * @param directResources resources that take this token's codes with no user involved
 * @param createdAt when it was made
 * @param createdBy who made it, or null
 */
public record Token(
    String id,
    String name,
    String serial,
    String kind,
    String algorithm,
    Integer digits,
    @JsonProperty("periodMs") Duration period,
    String pin,
    String suite,
    String to,
    Boolean discoverable,
    Boolean synced,
    Integer codesLeft,
    String owner,
    String administrator,
    boolean enabled,
    Lock locked,
    int failures,
    int resyncFailures,
    boolean needsResync,
    Instant expiresAt,
    List<String> directResources,
    Instant createdAt,
    Creator createdBy) {
  /**
   * Until it is unlocked nobody is let in.
   *
   * @param reason such as {@code otp-failures}
   * @param at since when
   */
  public record Lock(String reason, Instant at) {}
}
