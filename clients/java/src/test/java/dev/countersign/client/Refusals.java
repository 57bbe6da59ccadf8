package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/** Calls that have to end with an exception of the library. */
final class Refusals {
  private Refusals() {}

  static CountersignException of(Executable call) {
    return assertThrows(CountersignException.class, call);
  }

  static CountersignException of(String code, Executable call) {
    CountersignException refusal = of(call);
    assertEquals(code, refusal.code(), refusal.getMessage());
    return refusal;
  }
}
