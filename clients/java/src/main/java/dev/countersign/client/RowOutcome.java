package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;

/**
 * What became of one row of many.
 *
 * @param key of the row, or null
 * @param status what the request for this row alone would have been answered with
 * @param id of what was made, or null
 * @param code why it was refused, or null
 * @param detail the same for people, or null
 * @param errors what was wrong with which field, or null
 * @param retryAfter how long to wait, or null
 * @param secret of a token, in this answer alone; else null
 * @param otpauthUri of a token, in this answer alone; else null
 * @param recoveryCodes of recovery codes, in this answer alone; else null
 */
public record RowOutcome(
    String key,
    int status,
    String id,
    String code,
    String detail,
    List<FieldError> errors,
    @JsonProperty("retryAfterMs") Duration retryAfter,
    String secret,
    String otpauthUri,
    List<String> recoveryCodes) {
  /** Shows no secret. */
  @Override
  public String toString() {
    return "RowOutcome[key=" + key + ", status=" + status + ", id=" + id + ", code=" + code + "]";
  }
}
