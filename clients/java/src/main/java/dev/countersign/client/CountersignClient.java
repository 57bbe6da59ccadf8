package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Talks to the API of a Countersign service. Make one and keep it; any number of threads may use it at once. Calls
 * wait for their answer; interrupting the thread ends them ({@code ABORTED}).
 *
 * <pre>{@code
 * CountersignClient client =
 *     CountersignClient.builder("https://auth.example", System.getenv("COUNTERSIGN_API_KEY")).build();
 * }</pre>
 */
public final class CountersignClient {
  /**
   * The characters of a bearer token (RFC 6750 2.1). Checked here, because Java's own complaint about an impossible
   * header quotes it.
   */
  private static final Pattern API_KEY = Pattern.compile("[A-Za-z0-9._~+/=-]{8,512}");

  private final Transport transport;

  private CountersignClient(Transport transport) {
    this.transport = transport;
  }

  /**
   * A client to be.
   *
   * @param url the service's URL, without {@code /v1}. https, except on loopback
   * @param apiKey belongs on a server: anyone who has it acts for the account
   * @throws InvalidInputException {@code OPTION_INVALID}, naming the option, as do the builder's methods
   */
  public static Builder builder(String url, String apiKey) {
    return new Builder(url, apiKey);
  }

  /**
   * Checks a person's password, one-time password, or both, or a token's one-time password. A refusal is an
   * exception whose code says why. Never repeated by itself: each call is an attempt that counts.
   *
   * @throws ServiceException {@code INVALID_CREDENTIALS}, {@code OTP_WRONG}, {@code TOKEN_LOCKED},
   *     {@code TOO_MANY_ATTEMPTS}, ...
   */
  public Authentication authenticate(AuthenticateInput input) {
    ObjectNode answer = post("/authentications", input, "a successful authentication by that method");
    JsonNode authenticated = answer.path("authenticated");
    OtpUse otp = OtpUse.of(answer.path("otp").textValue()).orElse(null);
    // A success must say so in full. Anything else, even with status 200, lets no one in.
    boolean isSuccess = authenticated.isBoolean() && authenticated.booleanValue() && otp != null;
    if (!isSuccess || !input.method().equals(answer.path("method").textValue())) {
      throw ConnectionException.unexpected("a successful authentication by that method");
    }
    Authentication.Who user = input.method().equals("token") ? null : readUser(answer.path("user"));
    String token = answer.path("token").textValue();
    String kind = answer.path("kind").textValue();
    JsonNode breached = answer.path("passwordBreached");
    boolean isBreached = breached.isBoolean() && breached.booleanValue();
    return new Authentication(input.method(), user, token, kind, otp, isBreached);
  }

  private static Authentication.Who readUser(JsonNode user) {
    String id = user.path("id").textValue();
    String login = user.path("login").textValue();
    if (id != null && login != null) return new Authentication.Who(id, login);
    throw ConnectionException.unexpected("an authentication of a user");
  }

  /**
   * Has the service check a result and use it up. Also tells whether person and resource still have access.
   *
   * @throws ServiceException {@code RESULT_INVALID}, {@code RESULT_ORIGIN}, {@code RESULT_USED}, ...
   * @throws ResultException if the session has no nonce, or the answer speaks of something else
   */
  public ResultClaims consumeResult(ConsumeResult input) {
    String nonce = Group.given(input).nonce();
    if (nonce == null || nonce.isEmpty()) {
      throw new ResultException("RESULT_NONCE_WRONG", "This session has no sign-in under way.");
    }
    return ClaimsCheck.checkConsumed(post("/results/consume", input, "the claims of a result"), input);
  }

  /**
   * Lets the widget ask a person whom you already know for the one-time password alone, or, with {@code acr},
   * {@code maxAge} or {@code previous}, for whatever the result still lacks. Never repeated by itself.
   *
   * @throws ServiceException {@code LEVEL_UNREACHABLE} where the person cannot show that many factors, ...
   */
  public LoginRequest createLoginRequest(NewLoginRequest input) {
    ObjectNode answer = post("/login-requests", input, "a login request");
    return new LoginRequest(text(answer, "loginRequest", "a login request"), expiry(answer, "a login request"));
  }

  /**
   * Lets a person sign in on the service's own page, for browsers and sites where frames do not work. Never repeated
   * by itself.
   *
   * @throws ServiceException {@code REDIRECT_URI_NOT_ALLOWED}, ...
   */
  public Redirect createRedirect(NewRedirect input) {
    String wanted = "an address to sign in at";
    ObjectNode answer = post("/login-requests", input, wanted);
    String signInUrl = text(answer, "signInUrl", wanted);
    return new Redirect(text(answer, "loginRequest", wanted), signInUrl, expiry(answer, wanted));
  }

  /**
   * Asks a person to confirm what you are about to do: the widget shows the fields, and its result is bound to them.
   * Each call is one more that the person may be asked, so it is never repeated by itself.
   *
   * @throws ServiceException {@code SIGNING_TOKEN_MISSING}, {@code TOKEN_LOCKED}, {@code RATE_LIMITED}, ...
   */
  public Transaction createTransaction(NewTransaction input) {
    String hash = Group.given(input).hash();
    ObjectNode answer = post("/transactions", input, "a transaction");
    Transaction transaction =
        new Transaction(
            text(answer, "loginRequest", "a transaction"),
            text(answer, "transaction", "a transaction"),
            expiry(answer, "a transaction"));
    // What the person is shown is what the service has: it must be what was asked for.
    if (transaction.transaction().equals(hash)) return transaction;
    throw ConnectionException.unexpected("the transaction of these fields");
  }

  /**
   * Sends a code to the user by text message or email, or creates a question for their device, for
   * {@link #authenticate} on the same resource. Call it after your site has checked a password. It is never retried.
   *
   * @throws ServiceException {@code CODE_NOT_SENT}, {@code CODE_LIMIT}, {@code TOKEN_NOT_FOUND},
   *     {@code TOKEN_LOCKED}, ...
   */
  public Challenge createChallenge(NewChallenge input) {
    ObjectNode answer = post("/challenges", input, "a challenge");
    text(answer, "token", "a challenge");
    text(answer, "name", "a challenge");
    expiry(answer, "a challenge");
    return Json.read(answer, Challenge.class, "a challenge");
  }

  /** How far a browser matches those of a person. A soft signal, no factor. */
  public EnvironmentMatch checkEnvironment(String user, String resource, Environment environment) {
    Map<String, Object> body = environmentBody(user, environment);
    body.put("resource", resource);
    ApiRequest request = ApiRequest.post("/environment/check", body, ApiRequest.Kind.READ);
    ObjectNode answer = answerTo(request, "a match");
    JsonNode percent = answer.path("percent");
    if (!answer.path("fits").isBoolean() || !(percent.isNull() || percent.isInt())) {
      throw ConnectionException.unexpected("a match");
    }
    return Json.read(answer, EnvironmentMatch.class, "a match");
  }

  /**
   * Remembers a browser of a person who has just signed in. Never repeated by itself.
   *
   * @param resource where it counts; null: on all of them
   */
  public void saveEnvironment(String user, String resource, Environment environment) {
    Map<String, Object> body = environmentBody(user, environment);
    if (resource != null) body.put("resource", resource);
    transport.send(ApiRequest.post("/environment", body, ApiRequest.Kind.ONCE));
  }

  /**
   * Explains the decision about a sign-in in which every factor is right, and names the check that made it. Needs no secrets and
   * counts nothing.
   *
   * @param body {@code resource}; optional: {@code user} or {@code token}, {@code method}, {@code address}, {@code at}
   */
  public Explanation explain(Map<String, ?> body) {
    ApiRequest request = ApiRequest.post("/explain", Group.given(body), ApiRequest.Kind.READ);
    return Group.read(answerTo(request, "an explanation"), Explanation.class, "checks", "verdict");
  }

  /** What is left to do before the first user can sign in. */
  public Checklist checklist() {
    return Group.read(answerTo(ApiRequest.get("/checklist"), "a checklist"), Checklist.class, "items");
  }

  /** Sites and systems. */
  public Resources resources() {
    return new Resources(transport);
  }

  /** People. */
  public Users users() {
    return new Users(transport);
  }

  /** What makes one-time passwords. */
  public Tokens tokens() {
    return new Tokens(transport);
  }

  /** By country, time and address. */
  public Filters filters() {
    return new Filters(transport);
  }

  /** For a key that may {@code administer}. */
  public ApiKeys apiKeys() {
    return new ApiKeys(transport);
  }

  /** Who may enter what, and with what. */
  public Assignments assignments() {
    return new Assignments(transport);
  }

  private ObjectNode answerTo(ApiRequest request, String wanted) {
    return transport.send(request).orElseThrow(() -> ConnectionException.unexpected(wanted));
  }

  private ObjectNode post(String path, Fields<?> input, String wanted) {
    ApiRequest request = ApiRequest.post(path, Group.given(input), ApiRequest.Kind.ONCE);
    return answerTo(request, wanted);
  }

  private static Map<String, Object> environmentBody(String user, Environment environment) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("user", user);
    body.put("environment", Group.given(environment));
    return body;
  }

  private static String text(ObjectNode answer, String name, String wanted) {
    String value = answer.path(name).textValue();
    if (value != null) return value;
    throw ConnectionException.unexpected(wanted);
  }

  private static Instant expiry(ObjectNode answer, String wanted) {
    JsonNode at = answer.path("expiresAt");
    if (at.isIntegralNumber() && at.canConvertToLong()) return Instant.ofEpochMilli(at.longValue());
    throw ConnectionException.unexpected(wanted);
  }

  /** Settings of a client, with defaults that are right for nearly everybody. */
  public static final class Builder {
    private final String url;
    private final String apiKey;
    private HttpClient httpClient;
    private Duration timeout = Duration.ofSeconds(10);
    private int retries = 2;
    private Duration maxRetryWait = Duration.ofSeconds(10);
    private Clock clock = Clock.systemUTC();
    private Transport.Pause pause = length -> Thread.sleep(length.toMillis());

    private Builder(String url, String apiKey) {
      this.url = ServiceUrl.parse("url", url);
      if (apiKey == null || !API_KEY.matcher(apiKey).matches()) {
        throw InvalidInputException.option("\"apiKey\" must be an API key of the service.");
      }
      this.apiKey = apiKey;
    }

    /** How long one attempt may take. Default 10 s. */
    public Builder timeout(Duration most) {
      timeout = Bounds.of("timeout", most, Duration.ofMillis(1), Duration.ofMinutes(10));
      return this;
    }

    /** How often reads and creations are tried again after a failure that may pass. Default 2, at most 10. */
    public Builder retries(int most) {
      retries = Bounds.of("retries", most, 0, 10);
      return this;
    }

    /** When the service asks for a longer wait than this, the exception comes at once. Default 10 s. */
    public Builder maxRetryWait(Duration most) {
      maxRetryWait = Bounds.of("maxRetryWait", most, Duration.ZERO, Duration.ofMinutes(10));
      return this;
    }

    /** Another than the library's own, as for a proxy. It must not follow redirects. */
    public Builder httpClient(HttpClient client) {
      httpClient = Bounds.given("httpClient", client);
      return this;
    }

    /** Default: the system's. */
    public Builder clock(Clock given) {
      clock = Bounds.given("clock", given);
      return this;
    }

    /** For tests, which do not sleep. */
    Builder pause(Transport.Pause given) {
      pause = given;
      return this;
    }

    /** The client. */
    public CountersignClient build() {
      Transport.Options options = new Transport.Options(url, timeout, retries, maxRetryWait, clock, pause);
      return new CountersignClient(new Transport(new BoundedHttp(httpClient, url), apiKey, options));
    }
  }
}
