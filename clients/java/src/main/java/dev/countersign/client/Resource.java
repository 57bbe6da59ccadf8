package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A site or system to be protected, and the rules of access to it.
 *
 * @param id {@code res_...}
 * @param name for people to read
 * @param enabled whether anybody gets in
 * @param failedAttemptsBeforeLock wrong codes in a row that a token survives, 3 to 10
 * @param methodPolicy {@code auto}, {@code password}, {@code otp} or {@code password-otp}
 * @param tokenKinds whose tokens are of other kinds alone is refused, and never let off the code
 * @param allowedOrigins exact origins, or one-label wildcards ({@code https://*.shop.example})
 * @param allowLocalhost whether any port of localhost may hold the widget
 * @param resultLifetime how long a result lives, 10 to 300 seconds
 * @param passkeySignIn whether people may sign in with a passkey alone
 * @param enrolment how people set up tokens by themselves where they sign in; null: they do not
 * @param selfService what people may change about themselves; null: there is no page for it
 * @param redirectUris exact addresses that results may be posted to from the service's own page
 * @param logo SHA-256 of the logo; null without one
 * @param geoFilter the id of a filter, or null
 * @param timeFilter the id of a filter, or null
 * @param ipFilter the id of a filter, or null
 * @param environment null: browsers are not compared, and nothing is collected
 * @param remember how long a consumed result can be built upon by a login request; null: not at all
 * @param createdAt when it was made
 * @param testMode {@code pass}, {@code fail} or {@code expire} of a resource for tests; else null
 * @param createdBy who made it, or null
 */
public record Resource(
    String id,
    String name,
    boolean enabled,
    int failedAttemptsBeforeLock,
    String methodPolicy,
    List<String> tokenKinds,
    List<String> allowedOrigins,
    boolean allowLocalhost,
    @JsonProperty("resultLifetimeMs") Duration resultLifetime,
    boolean passkeySignIn,
    Enrolment enrolment,
    SelfService selfService,
    List<String> redirectUris,
    String logo,
    String geoFilter,
    String timeFilter,
    String ipFilter,
    EnvironmentCheck environment,
    @JsonProperty("rememberMs") Duration remember,
    Instant createdAt,
    String testMode,
    Creator createdBy) {
  /**
   * How people set up tokens by themselves.
   *
   * @param kinds of {@code webauthn totp email sms}; they have to be among the resource's {@code tokenKinds} as well
   * @param required whether who has never had a token does not get in without setting one up
   * @param postponableUntil until when it may be postponed nevertheless, or null
   * @param unlockByMail whether people may have a link mailed that unlocks what wrong codes have locked
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Enrolment(List<String> kinds, boolean required, Instant postponableUntil, boolean unlockByMail) {}

  /**
   * What people may change by themselves.
   *
   * @param tokens the tokens that they set up themselves, and their recovery codes
   * @param password a password that they have
   * @param details of {@code firstName secondName email}; a new e-mail address counts once its mailbox is proven
   * @param browsers having the browsers forgotten that are remembered of them
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SelfService(boolean tokens, boolean password, List<String> details, boolean browsers) {}

  /**
   * What becomes of somebody whose browser matches those that they used before too little.
   *
   * @param action {@code demand-otp} or {@code refuse}
   * @param threshold least match in percent
   * @param weights how much each trait counts, 0 to 100: {@code language zone platform screen colourDepth browser};
   *     in changes, what is not named has its default
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EnvironmentCheck(String action, int threshold, Map<String, Integer> weights) {}
}
