package dev.countersign.client;

import java.util.List;
import java.util.Map;

/**
 * What became of a file of tokens.
 *
 * @param format what it was taken for
 * @param counts how many rows came to which outcome
 * @param warnings what was passed over in the file
 * @param rows in the order of the file
 */
public record TokenImportAnswer(String format, Map<String, Integer> counts, List<Warning> warnings, List<Row> rows) {
  /**
   * Something in the file that was passed over.
   *
   * @param code stable
   * @param detail the same for people
   */
  public record Warning(String code, String detail) {}

  /**
   * What became of one row.
   *
   * @param line of the file, from 1
   * @param serial or null
   * @param outcome {@code made}, {@code exists} (was there already), {@code importable} (nothing is against it, and
   *     this call made nothing of it) or {@code refused}
   * @param id of the token, or null
   * @param code why it is refused; stable; else null
   * @param detail the same for people; else null
   */
  public record Row(int line, String serial, String outcome, String id, String code, String detail) {}
}
