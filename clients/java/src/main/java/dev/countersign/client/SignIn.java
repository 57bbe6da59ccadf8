package dev.countersign.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Signs users of a site in with Countersign. Make one and keep it; any number of threads may use it at once. For
 * Jakarta Servlet, {@code dev.countersign.servlet} brings it into yours.
 *
 * @param <U> a user of the site
 */
public final class SignIn<U> {
  /** The routes, below the base path. */
  public static final List<String> ROUTES = List.of("nonce", "sign-in", "sign-out");

  /** As long as a sign-in in the widget may take, and a password of the site counts. */
  private static final long SIGN_IN_MS = 900_000;

  /** The service wants a login request started within 120 s. */
  private static final long LOGIN_REQUEST_MS = 100_000;

  /** Refusals of the service about the user or the result. Any other is a fault of the setup or the service. */
  private static final Set<String> ABOUT_THE_SIGN_IN =
      Set.of(
          "RESULT_INVALID",
          "RESULT_USED",
          "RESULT_REVOKED",
          "RESULT_ORIGIN",
          "RESULT_TEST",
          "LEVEL_UNREACHABLE",
          "LOGIN_REQUEST_INVALID",
          "USER_NOT_FOUND",
          "USER_BLOCKED",
          "ACCESS_DENIED");

  private final SignInOptions<U> options;
  private final Clock clock;

  /** From options that were checked. */
  SignIn(SignInOptions<U> options) {
    this.options = options;
    clock = options.clock;
  }

  /** Where the routes are. */
  public String basePath() {
    return options.basePath;
  }

  /** The response to a request of one of {@link #ROUTES}. */
  public RouteResponse respond(String route, RouteRequest request, SiteSession session) {
    try {
      checkPost(request, route.equals("sign-in") || request.body().length > 0);
      if (request.body().length > RouteRequest.MAX_BODY_BYTES) throw new RouteRefusal("BODY_TOO_LARGE");
      Map<String, Object> fields = RouteRules.fieldsOf(request);
      switch (route) {
        case "nonce":
          return nonce(fields, session);
        case "sign-in":
          return leadTo(request, signIn(fields, request, session));
        case "sign-out":
          session.renew();
          return leadTo(request, options.afterSignOut);
        default:
          throw new IllegalArgumentException("There is no such route.");
      }
    } catch (RouteRefusal refusal) {
      if (refusal.code().equals("SECOND_FACTOR_ENDED")) endPending(session);
      return refusal.response();
    } catch (InvalidInputException invalid) {
      throw invalid;
    } catch (CountersignException refused) {
      return responseTo(refused);
    }
  }

  /** The user of this session, unless the account is deleted or blocked, or has another password by now. */
  public Optional<SignInState.User> user(SiteSession session) {
    return Optional.ofNullable(read(session).user())
        .filter(user -> unchanged(user.account(), user.stamp()).isPresent());
  }

  /** Empty if the sign-in of this session is enough. Else the response: a browser is sent to the sign-in page. */
  public Optional<RouteResponse> guard(LevelDemand demand, RouteRequest request, SiteSession session) {
    SignInState.User user = user(session).orElse(null);
    Optional<String> code =
        demand.missing(
            user != null, user == null ? null : user.acr(), user == null ? null : user.authTime(), clock.millis());
    return code.map(one -> refuse(one, demand, request));
  }

  /**
   * Your site has checked the password of {@code user}, whom Countersign knows as {@code subject} ({@code usr_...}). No
   * user is signed in yet: the session gets a new id, and some minutes to bring a result of this very user.
   *
   * @return empty, or the response to a post of another site
   */
  public Optional<RouteResponse> beginSecondFactor(RouteRequest request, SiteSession session, U user, String subject) {
    if (!options.siteChecksPassword || subject == null || subject.isEmpty()) {
      throw InvalidInputException.option("\"siteChecksPassword\" and the id of the user at Countersign are needed.");
    }
    try {
      checkPost(request, false);
    } catch (RouteRefusal refusal) {
      return Optional.of(refusal.response());
    }
    session.renew();
    String account = options.users.idOf(user);
    session.write(
        new SignInState(null, new SignInState.Pending(account, subject, stamp(user), clock.millis()), null));
    return Optional.empty();
  }

  private RouteResponse refuse(String code, LevelDemand demand, RouteRequest request) {
    Map<String, Object> more = code.equals("STEP_UP_REQUIRED") ? demand.members() : Map.of();
    boolean isPage =
        Set.of("GET", "HEAD").contains(request.method())
            && request.accept() != null
            && request.accept().contains("text/html");
    if (!isPage) return new RouteRefusal(code).response(more);
    Map<String, Object> query = new LinkedHashMap<>();
    if (RouteRules.isSafeNext(request.target())) query.put("next", request.target());
    query.putAll(more);
    StringBuilder page = new StringBuilder(options.signInPath);
    query.forEach(
        (name, value) ->
            page.append(page.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8)));
    return RouteResponse.redirect(page.toString());
  }

  private void checkPost(RouteRequest request, boolean needsType) {
    RouteRules.refusePost(options.origin, request, needsType)
        .ifPresent(
            code -> {
              throw new RouteRefusal(code);
            });
  }

  private RouteResponse nonce(Map<String, Object> fields, SiteSession session) {
    LevelDemand demand = demandOf(fields);
    SignInState state = read(session);
    SignInState.Pending pending = state.pending();
    SignInState.User user = null;
    if (pending != null) {
      checkPending(pending);
      demand = null; // what is missing is the second factor, whatever a page wants
    } else if (demand != null) {
      user = user(session).orElseThrow(() -> new RouteRefusal("SIGN_IN_REQUIRED"));
    } else if (options.siteChecksPassword) {
      throw new RouteRefusal("SECOND_FACTOR_ENDED");
    }
    boolean needsRequest = pending != null || (demand != null && options.client != null);
    SignInState.Begun begun = state.begun();
    long limitMs = needsRequest ? LOGIN_REQUEST_MS : SIGN_IN_MS;
    if (begun == null || !isWithin(begun.at(), limitMs) || !Objects.equals(begun.demand(), demand)) {
      String made = Nonces.newNonce();
      String request = needsRequest ? loginRequest(made, pending, user, demand) : null;
      begun = new SignInState.Begun(made, clock.millis(), demand, request);
      // A sign-out while the service was asked has ended a session that this would bring back.
      if (!read(session).withBegun(null).equals(state.withBegun(null))) throw new RouteRefusal("SIGN_IN_REQUIRED");
      session.write(state.withBegun(begun));
    }
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("nonce", begun.nonce());
    if (begun.loginRequest() != null) members.put("loginRequest", begun.loginRequest());
    return RouteResponse.of(200, members);
  }

  private String loginRequest(
      String nonce, SignInState.Pending pending, SignInState.User user, LevelDemand demand) {
    NewLoginRequest asked =
        NewLoginRequest.of(pending == null ? user.id() : pending.id(), options.resource, nonce);
    if (pending != null) {
      asked.passwordChecked(true);
    } else {
      if (demand.acr() != null) asked.acr(demand.acr());
      if (demand.maxAge() != null) asked.maxAge(demand.maxAge());
      asked.previous(user.jti());
    }
    return options.client.createLoginRequest(asked).loginRequest();
  }

  private String signIn(Map<String, Object> fields, RouteRequest request, SiteSession session) {
    String result = textOf(fields, RouteRules.isForm(request) ? "countersign_result" : "result");
    SignInState state = read(session);
    SignInState.Begun begun = state.begun();
    session.write(state.withBegun(null)); // before anything is verified, so that it serves once
    SignInState.User before = user(session).orElse(null);
    SignInState.Pending pending = state.pending();
    LevelDemand demand = begun == null ? null : begun.demand();
    if (pending != null) {
      checkPending(pending);
    } else if (demand != null && before == null) {
      throw new RouteRefusal("SIGN_IN_REQUIRED");
    } else if (options.siteChecksPassword && demand == null) {
      throw new RouteRefusal("SECOND_FACTOR_ENDED");
    }
    String nonce = begun != null && isWithin(begun.at(), SIGN_IN_MS) ? begun.nonce() : null;
    ResultClaims claims = options.verifier.verifyResult(result, expectations(nonce, demand));
    String expected = pending != null ? pending.id() : demand != null ? before.id() : claims.sub();
    // The visitor can see the nonce: a thief who knows the password could sign in with it as another user.
    if (!expected.equals(claims.sub())) throw new RouteRefusal("RESULT_OF_ANOTHER_USER");
    if (options.client != null) {
      options.client.consumeResult(ConsumeResult.of(result, options.resource, nonce).origin(options.origin));
    }
    // After it: the password may have changed while the service was asked.
    U user;
    if (pending != null) user = checkPending(pending);
    else if (demand == null) user = options.users.ofResult(claims);
    else
      user =
          unchanged(before.account(), before.stamp()).orElseThrow(() -> new RouteRefusal("SIGN_IN_REQUIRED"));
    if (user == null) throw new RouteRefusal("ACCESS_DENIED");
    Long checkedAt = pending == null ? null : (Long) Math.floorDiv(pending.at(), 1000L);
    SignInState.User signedIn =
        new SignInState.User(
            options.users.idOf(user),
            claims.sub(),
            claims.preferredUsername(),
            RouteRules.acrOf(claims.acr(), claims.otp(), pending != null),
            RouteRules.authTimeOf(claims.authTime().getEpochSecond(), checkedAt),
            claims.jti(),
            stamp(user));
    session.renew();
    session.write(new SignInState(signedIn, null, null));
    String next = textOf(fields, "next");
    return RouteRules.isSafeNext(next) ? next : options.afterSignIn;
  }

  ResultExpectations expectations(String nonce, LevelDemand demand) {
    ResultExpectations expected = ResultExpectations.ofNonce(nonce).origin(options.origin);
    if (options.isOtpRequired()) expected = expected.requireOtp();
    if (options.requireTwoFactors) expected = expected.acr("2");
    // A step-up to one factor takes nothing from what every sign-in must prove.
    if (demand != null && "2".equals(demand.acr())) expected = expected.acr("2");
    return demand == null || demand.maxAge() == null ? expected : expected.maxAge(demand.maxAge());
  }

  private static LevelDemand demandOf(Map<String, Object> fields) {
    if (!fields.containsKey("acr") && !fields.containsKey("maxAgeMs")) return null;
    Object acr = fields.get("acr");
    Object maxAgeMs = fields.get("maxAgeMs");
    boolean isTyped =
        (acr instanceof String || !fields.containsKey("acr"))
            && (maxAgeMs instanceof Long || !fields.containsKey("maxAgeMs"));
    if (!isTyped) throw new RouteRefusal("INPUT_INVALID");
    try {
      return new LevelDemand((String) acr, maxAgeMs == null ? null : Duration.ofMillis((Long) maxAgeMs));
    } catch (InvalidInputException invalid) {
      throw new RouteRefusal("INPUT_INVALID");
    }
  }

  private static String textOf(Map<String, Object> fields, String name) {
    return fields.get(name) instanceof String text ? text : null;
  }

  private static RouteResponse leadTo(RouteRequest request, String path) {
    return RouteRules.isForm(request) ? RouteResponse.redirect(path) : RouteResponse.of(200, Map.of("redirect", path));
  }

  private static SignInState read(SiteSession session) {
    SignInState state = session.read();
    return state == null ? SignInState.EMPTY : state;
  }

  /** The user whose password was checked, if that still holds. */
  private U checkPending(SignInState.Pending pending) {
    return unchanged(pending.account(), pending.stamp())
        .filter(user -> isWithin(pending.at(), SIGN_IN_MS))
        .orElseThrow(() -> new RouteRefusal("SECOND_FACTOR_ENDED"));
  }

  /** A pending sign-in that ended comes back to life neither by an unblocked account nor by a clock that goes back. */
  private static void endPending(SiteSession session) {
    SignInState state = read(session);
    if (state.pending() != null) session.write(new SignInState(state.user(), null, null));
  }

  private boolean isWithin(long at, long limitMs) {
    long elapsed = clock.millis() - at;
    return elapsed >= 0 && elapsed < limitMs;
  }

  /** The user, unless they are deleted or blocked, or have another password by now. */
  private Optional<U> unchanged(String account, String stamp) {
    return Optional.ofNullable(options.users.byId(account)).filter(user -> stamp(user).equals(stamp));
  }

  private String stamp(U user) {
    String password = Objects.requireNonNullElse(options.users.passwordOf(user), "");
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** 403 if the sign-in is refused, 503 if it could not be decided. */
  private static RouteResponse responseTo(CountersignException refused) {
    String code = refused.code();
    boolean isAboutTheResult = ErrorCodes.RESULT.contains(code) && !code.equals("JWKS_UNAVAILABLE");
    boolean isRefused = isAboutTheResult || ABOUT_THE_SIGN_IN.contains(code);
    int status = isRefused ? 403 : refused.status().orElse(0) == 429 ? 429 : 503;
    Map<String, String> headers = new LinkedHashMap<>();
    refused.retryAfter().ifPresent(wait -> headers.put("Retry-After", Long.toString((wait.toMillis() + 999) / 1000)));
    return RouteResponse.with(status, Map.of("code", code), headers);
  }
}
