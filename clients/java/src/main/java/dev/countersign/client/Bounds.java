package dev.countersign.client;

import java.time.Duration;

/** Settings within bounds, both included. */
final class Bounds {
  private Bounds() {}

  static Duration of(String option, Duration value, Duration least, Duration most) {
    if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw InvalidInputException.option("\"" + option + "\" must be from " + least + " to " + most + ".");
    }
    return value;
  }

  static int of(String option, int value, int least, int most) {
    if (value >= least && value <= most) return value;
    throw InvalidInputException.option("\"" + option + "\" must be from " + least + " to " + most + ".");
  }

  /** What must be there. One that was lost on the way must not be taken for one that was never demanded. */
  static <T> T given(String option, T value) {
    if (value != null) return value;
    throw InvalidInputException.option("\"" + option + "\" must not be null.");
  }
}
