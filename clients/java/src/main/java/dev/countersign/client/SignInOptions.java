package dev.countersign.client;

import java.time.Clock;

/**
 * How a site signs its users in. Each method changes one option and gives them all back.
 *
 * @param <U> a user of the site
 */
public final class SignInOptions<U> {
  final String resource;
  final String origin;
  final ResultVerifier verifier;
  final SiteUsers<U> users;
  CountersignClient client;
  boolean siteChecksPassword;
  String basePath = "/countersign";
  String signInPath = "/sign-in";
  String afterSignIn = "/";
  String afterSignOut = "/";
  boolean requireTwoFactors;
  Boolean requireOtp;
  Clock clock = Clock.systemUTC();

  private SignInOptions(String resource, String origin, ResultVerifier verifier, SiteUsers<U> users) {
    this.resource = Bounds.given("resource", resource);
    this.origin = Bounds.given("origin", origin);
    this.verifier = Bounds.given("verifier", verifier);
    this.users = Bounds.given("users", users);
    if (!Origins.isOrigin(origin)) {
      throw InvalidInputException.option("\"origin\" must be the origin of your site, such as https://shop.example.");
    }
  }

  /**
   * What every site has.
   *
   * @param <U> a user of the site
   * @param resource the id of your resource, that of the verifier
   * @param origin the origin of your site, such as {@code https://shop.example}. Never taken from a request
   * @param verifier one for the process
   * @param users your users
   * @throws InvalidInputException {@code OPTION_INVALID}, naming the option, as do the other methods
   */
  public static <U> SignInOptions<U> of(
      String resource, String origin, ResultVerifier verifier, SiteUsers<U> users) {
    return new SignInOptions<>(resource, origin, verifier, users);
  }

  /**
   * With a key of the scope {@code authenticate}: results are consumed, which refuses users who lost access since, and
   * a step-up asks only for what is missing.
   */
  public SignInOptions<U> client(CountersignClient given) {
    client = Bounds.given("client", given);
    return this;
  }

  /** Your site checks the password, and Countersign the second factor. Needs a client. */
  public SignInOptions<U> siteChecksPassword(boolean checks) {
    siteChecksPassword = checks;
    return this;
  }

  /** Where the routes are. Default {@code /countersign}. */
  public SignInOptions<U> basePath(String path) {
    if (path != null && path.endsWith("/")) throw InvalidInputException.option("\"basePath\" ends without a slash.");
    basePath = path("basePath", path);
    return this;
  }

  /** Your page with the widget, to which guards send browsers. Default {@code /sign-in}. */
  public SignInOptions<U> signInPath(String path) {
    signInPath = path("signInPath", path);
    return this;
  }

  /** Where a sign-in leads to if no page was asked for. Default {@code /}. */
  public SignInOptions<U> afterSignIn(String path) {
    afterSignIn = path("afterSignIn", path);
    return this;
  }

  /** Where a sign-out leads to. Default {@code /}. */
  public SignInOptions<U> afterSignOut(String path) {
    afterSignOut = path("afterSignOut", path);
    return this;
  }

  /** {@code "2"}: refuses sign-ins with one factor. Not for a second factor alone. */
  public SignInOptions<U> requireAcr(String acr) {
    if (!"2".equals(acr)) throw InvalidInputException.option("\"requireAcr\" is \"2\".");
    requireTwoFactors = true;
    return this;
  }

  /** Whether users who signed in without a code are refused. Default: for a second factor alone. */
  public SignInOptions<U> requireOtp(boolean required) {
    requireOtp = required;
    return this;
  }

  boolean isOtpRequired() {
    return requireOtp == null ? siteChecksPassword : requireOtp;
  }

  /** Default: the system's. */
  public SignInOptions<U> clock(Clock given) {
    clock = Bounds.given("clock", given);
    return this;
  }

  /** Signs in with these options. */
  public SignIn<U> build() {
    if (siteChecksPassword && client == null) {
      throw InvalidInputException.option("\"client\" is needed if your site checks the passwords.");
    }
    if (siteChecksPassword && requireTwoFactors) {
      throw InvalidInputException.option("\"requireAcr\" is for sites where Countersign checks the password.");
    }
    return new SignIn<>(this);
  }

  private static String path(String option, String value) {
    if (RouteRules.isSafeNext(value) && value.indexOf('?') < 0) return value;
    throw InvalidInputException.option("\"" + option + "\" must be a path of your site.");
  }
}
