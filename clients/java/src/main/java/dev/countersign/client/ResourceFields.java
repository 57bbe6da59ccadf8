package dev.countersign.client;

import java.time.Duration;
import java.util.List;

/**
 * What new resources and changes of resources have in common. See {@link Resource} for what each means.
 *
 * @param <S> the kind of fields
 */
public abstract class ResourceFields<S extends ResourceFields<S>> extends Fields<S> {
  ResourceFields() {}

  /** Whether anybody gets in. */
  public S enabled(boolean enabled) {
    return set("enabled", enabled);
  }

  /** 3 to 10. */
  public S failedAttemptsBeforeLock(int attempts) {
    return set("failedAttemptsBeforeLock", attempts);
  }

  /** {@code auto}, {@code password}, {@code otp} or {@code password-otp}. */
  public S methodPolicy(String policy) {
    return setGiven("methodPolicy", policy);
  }

  /** Which kinds of tokens count. */
  public S tokenKinds(List<String> kinds) {
    return setGiven("tokenKinds", kinds);
  }

  /** Where the widget may stand. */
  public S allowedOrigins(List<String> origins) {
    return setGiven("allowedOrigins", origins);
  }

  /** For development. */
  public S allowLocalhost(boolean allowed) {
    return set("allowLocalhost", allowed);
  }

  /** 10 to 300 seconds. */
  public S resultLifetime(Duration lives) {
    return setGiven("resultLifetimeMs", lives);
  }

  /** Whether people may sign in with a passkey alone. */
  public S passkeySignIn(boolean allowed) {
    return set("passkeySignIn", allowed);
  }

  /** Null: people set up no tokens by themselves. */
  public S enrolment(Resource.Enrolment policy) {
    return set("enrolment", policy);
  }

  /** Null: no page where people change what is theirs. */
  public S selfService(Resource.SelfService policy) {
    return set("selfService", policy);
  }

  /** Where the service's own page may post results to. */
  public S redirectUris(List<String> addresses) {
    return setGiven("redirectUris", addresses);
  }

  /** The id of a filter by country, or null. */
  public S geoFilter(String filter) {
    return set("geoFilter", filter);
  }

  /** The id of a filter by time, or null. */
  public S timeFilter(String filter) {
    return set("timeFilter", filter);
  }

  /** The id of a filter by address, or null. */
  public S ipFilter(String filter) {
    return set("ipFilter", filter);
  }

  /** Null: browsers are not compared. */
  public S environment(Resource.EnvironmentCheck check) {
    return set("environment", check);
  }

  /** At most 12 hours; null: no login request builds upon an earlier result. */
  public S remember(Duration most) {
    return set("rememberMs", most);
  }
}
