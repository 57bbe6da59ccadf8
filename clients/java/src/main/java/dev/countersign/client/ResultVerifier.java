package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Verifies results offline: no request is made but for the service's public keys, once in a while. Make one and keep
 * it; any number of threads may use it at once.
 *
 * <pre>{@code
 * ResultVerifier verifier = ResultVerifier.builder("https://auth.example", "res_01k8dq9z2mp").build();
 * ResultClaims claims = verifier.verifyResult(result, ResultExpectations.ofNonce(nonceTakenOutOfTheSession));
 * }</pre>
 */
public final class ResultVerifier {
  /** Parameters that bring a key along, point to one, or change what is signed or how the payload is read. */
  private static final List<String> REFUSED_PARAMETERS =
      List.of("jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip", "cty");

  private static final int MAX_KEY_SET_BYTES = 64 * 1024;

  private final ClaimsCheck.Rules rules;
  private final Set<ResultAlgorithm> algorithms;
  private final KeySet keys;
  private final Clock clock;

  private ResultVerifier(Builder options) {
    rules =
        new ClaimsCheck.Rules(
            options.issuer, options.resource, options.clockTolerance.toSeconds(), options.maxLifetime.toSeconds());
    algorithms = options.algorithms;
    clock = options.clock;
    String url = options.jwksUrl == null ? options.issuer + "/.well-known/jwks.json" : options.jwksUrl;
    BoundedHttp http = new BoundedHttp(options.httpClient, url);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).header("accept", "application/jwk-set+json, application/json").build();
    Duration timeout = options.jwksTimeout;
    keys = new KeySet(() -> fetch(http, request, timeout), clock, options.times());
  }

  /**
   * A verifier to be.
   *
   * @param issuer the service's public URL, as its results name it in {@code iss}
   * @param resource the id of your resource ({@code res_...})
   * @throws InvalidInputException {@code OPTION_INVALID}, naming the option, as do the builder's methods
   */
  public static Builder builder(String issuer, String resource) {
    return new Builder(issuer, resource);
  }

  /**
   * Who signed in, if this is a result of the service for your resource and for this visitor's sign-in.
   *
   * <p>It does not know whether the result was used before. So take the nonce out of the session before you call this
   * (then it serves once), or have the service consume the result ({@link CountersignClient#consumeResult}).
   *
   * @param jwt what the widget gave to the page; null is refused as any other nonsense
   * @throws ResultException with one of the {@code RESULT_...} codes, or {@code JWKS_UNAVAILABLE}
   * @throws ConnectionException {@code ABORTED}, when the thread is interrupted while it waits for keys
   */
  public ResultClaims verifyResult(String jwt, ResultExpectations expected) {
    Bounds.given("expected", expected);
    CompactJws jws = CompactJws.parse(jwt);
    ObjectNode header = jws.header();
    boolean isTest = checkTyp(header, expected.acceptTest);
    ResultAlgorithm algorithm = checkAlgorithm(header);
    PublishedKey key =
        keys.find(header.path("kid").textValue())
            .orElseThrow(() -> refused("RESULT_KEY_UNKNOWN", "The service publishes no key of that name."));
    if (key.algorithm() != algorithm) {
      throw refused("RESULT_ALGORITHM_REFUSED", "That key signs with another algorithm.");
    }
    if (!key.verifies(jws.signingInput(), jws.signature())) {
      throw refused("RESULT_SIGNATURE_WRONG", "The signature is not right.");
    }
    ObjectNode payload = CompactJws.readObject(jws.payload(), "payload");
    ResultClaims claims = ClaimsCheck.check(payload, rules, expected, Math.floorDiv(clock.millis(), 1000L));
    if (claims.test() != isTest) {
      throw refused("RESULT_CLAIMS_INVALID", "Header and claims do not agree on whether it is a test.");
    }
    return claims;
  }

  private static boolean checkTyp(ObjectNode header, boolean acceptTest) {
    String typ = header.path("typ").textValue();
    boolean isTest = ResultClaims.TEST_TYP.equals(typ);
    if (isTest && !acceptTest) throw refused("RESULT_TEST_REFUSED", "The result comes from a test resource.");
    if (!isTest && !ResultClaims.TYP.equals(typ)) {
      throw refused("RESULT_TYP_WRONG", "This is some other kind of token.");
    }
    return isTest;
  }

  /**
   * The header chooses nothing: it only says which of the things we already accept it is (RFC 8725 3.1, 3.10, 3.11).
   */
  private ResultAlgorithm checkAlgorithm(ObjectNode header) {
    ResultAlgorithm algorithm =
        ResultAlgorithm.named(header.path("alg").textValue())
            .filter(algorithms::contains)
            .orElseThrow(() -> refused("RESULT_ALGORITHM_REFUSED", "Its signature algorithm is not accepted."));
    for (String name : REFUSED_PARAMETERS) {
      if (header.has(name)) throw refused("RESULT_HEADER_REFUSED", "A result has no \"" + name + "\" in its header.");
    }
    String kid = header.path("kid").textValue();
    if (kid == null || kid.isEmpty()) throw refused("RESULT_KEY_UNKNOWN", "It does not name the key that signed it.");
    return algorithm;
  }

  private static CompletableFuture<byte[]> fetch(BoundedHttp http, HttpRequest request, Duration timeout) {
    return http.send(request, timeout, MAX_KEY_SET_BYTES)
        .thenCompose(
            answer ->
                answer.statusCode() == 200
                    ? CompletableFuture.completedFuture(answer.body())
                    : CompletableFuture.failedFuture(new IOException("The answer has another status.")));
  }

  private static ResultException refused(String code, String message) {
    return new ResultException(code, message);
  }

  /** Settings of a verifier, with defaults that are right for nearly everybody. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(1);

    private final String issuer;
    private final String resource;
    private String jwksUrl;
    private Set<ResultAlgorithm> algorithms = EnumSet.allOf(ResultAlgorithm.class);
    private Duration clockTolerance = Duration.ofSeconds(30);
    private Duration maxLifetime = Duration.ofSeconds(300);
    private Duration jwksCache = Duration.ofMinutes(10);
    private Duration jwksMaxStale = Duration.ofHours(1);
    private Duration jwksCooldown = Duration.ofSeconds(30);
    private Duration jwksTimeout = Duration.ofSeconds(5);
    private HttpClient httpClient;
    private Clock clock = Clock.systemUTC();

    private Builder(String issuer, String resource) {
      this.issuer = ServiceUrl.parse("issuer", issuer);
      if (resource == null || resource.isEmpty()) {
        throw InvalidInputException.option("\"resource\" must be the id of your resource.");
      }
      this.resource = resource;
    }

    /** Where the public keys are; otherwise {@code /.well-known/jwks.json} under the issuer. */
    public Builder jwksUrl(String url) {
      jwksUrl = ServiceUrl.parse("jwksUrl", url);
      return this;
    }

    /** Which signatures to accept. Default: all that there are. */
    public Builder algorithms(Set<ResultAlgorithm> accepted) {
      if (accepted == null || accepted.isEmpty()) {
        throw InvalidInputException.option("\"algorithms\" must hold at least one.");
      }
      algorithms = EnumSet.copyOf(accepted);
      return this;
    }

    /** By how much the two clocks may differ. Default 30 s, at most 300. */
    public Builder clockTolerance(Duration most) {
      clockTolerance = Bounds.of("clockTolerance", most, Duration.ZERO, Duration.ofSeconds(300));
      return this;
    }

    /** The longest life a result may claim. Default 300 s, the most that a resource can be set to. */
    public Builder maxLifetime(Duration most) {
      maxLifetime = Bounds.of("maxLifetime", most, Duration.ofSeconds(1), Duration.ofSeconds(300));
      return this;
    }

    /** How long fetched keys serve. Default 10 minutes. */
    public Builder jwksCache(Duration serves) {
      jwksCache = Bounds.of("jwksCache", serves, Duration.ZERO, LONGEST);
      return this;
    }

    /** How much longer they serve while the service does not answer. Default 1 hour. */
    public Builder jwksMaxStale(Duration longer) {
      jwksMaxStale = Bounds.of("jwksMaxStale", longer, Duration.ZERO, LONGEST);
      return this;
    }

    /** At most one fetch in this time for unknown keys. Default 30 s. */
    public Builder jwksCooldown(Duration between) {
      jwksCooldown = Bounds.of("jwksCooldown", between, Duration.ofSeconds(1), Duration.ofHours(1));
      return this;
    }

    /** How long fetching them may take. Default 5 s. */
    public Builder jwksTimeout(Duration most) {
      jwksTimeout = Bounds.of("jwksTimeout", most, Duration.ofMillis(1), Duration.ofMinutes(1));
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

    /** The verifier. */
    public ResultVerifier build() {
      return new ResultVerifier(this);
    }

    private KeySet.Times times() {
      return new KeySet.Times(jwksCache, jwksMaxStale, jwksCooldown);
    }
  }
}
