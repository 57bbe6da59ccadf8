package dev.countersign.client;

/**
 * Four digits, typed before or after the code, as one string with it.
 *
 * @param digits the PIN
 * @param position {@code before} or {@code after}
 */
public record TokenPin(String digits, String position) {
  /** Does not show the digits. */
  @Override
  public String toString() {
    return "TokenPin[" + position + "]";
  }
}
