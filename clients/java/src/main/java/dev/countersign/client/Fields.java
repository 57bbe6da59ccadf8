package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request names, and nothing else. Its methods change it and give it back; what is not named is left to the
 * service. It does not show its values, which may be secret, when it is logged.
 *
 * @param <S> the kind of fields
 */
public abstract class Fields<S extends Fields<S>> {
  private final Map<String, Object> named = new LinkedHashMap<>();

  Fields() {}

  /** Names a value, also null, which takes away what is there. */
  S set(String name, Object value) {
    named.put(name, value);
    return self();
  }

  /** Names a value; null is as if it were not named. */
  S setIfAny(String name, Object value) {
    return value == null ? self() : set(name, value);
  }

  /** Names a value without which the request would ask for less than was meant. */
  S setGiven(String name, Object value) {
    return set(name, Bounds.given(name, value));
  }

  S remove(String name) {
    named.remove(name);
    return self();
  }

  Object get(String name) {
    return named.get(name);
  }

  @JsonValue
  Map<String, Object> named() {
    return Collections.unmodifiableMap(named);
  }

  static String checkAcr(String level) {
    if ("1".equals(level) || "2".equals(level)) return level;
    throw InvalidInputException.option("\"acr\" must be \"1\" or \"2\".");
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + named.keySet();
  }

  @SuppressWarnings("unchecked")
  private S self() {
    return (S) this;
  }
}
