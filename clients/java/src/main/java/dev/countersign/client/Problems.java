package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers that are no success. */
final class Problems {
  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{1,63}");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

  private Problems() {}

  /**
   * Its code and texts if it is a problem of the service (RFC 9457), else {@code RESPONSE_INVALID} with the status,
   * as when a proxy in between answers for it.
   *
   * @param redact takes out of a text what must not be shown
   */
  static CountersignException read(HttpResponse<byte[]> answer, Clock clock, UnaryOperator<String> redact) {
    ObjectNode problem = Json.readObject(answer.body()).orElseGet(JsonNodeFactory.instance::objectNode);
    Duration retryAfter =
        wholeMs(problem.path("retryAfterMs"))
            .or(() -> answer.headers().firstValue("retry-after").flatMap(value -> parseRetryAfter(value, clock)))
            .orElse(null);
    String code = problem.path("code").textValue();
    if (code == null || !CODE.matcher(code).matches()) {
      return new ConnectionException(
          "RESPONSE_INVALID",
          "The service answered " + answer.statusCode() + " and no reason.",
          new CountersignException.Details(answer.statusCode(), null, retryAfter, List.of()));
    }
    String requestId = problem.path("requestId").textValue();
    String message =
        Stream.of("title", "detail")
            .map(name -> problem.path(name).asText(""))
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(" "));
    return new ServiceException(
        code,
        redact.apply(message.isEmpty() ? code : message),
        new CountersignException.Details(
            answer.statusCode(),
            requestId == null ? null : redact.apply(requestId),
            retryAfter,
            readErrors(problem.path("errors"), redact)));
  }

  private static List<FieldError> readErrors(JsonNode errors, UnaryOperator<String> redact) {
    List<FieldError> read = new ArrayList<>();
    for (JsonNode one : errors) {
      String path = redact.apply(one.path("path").asText(""));
      read.add(new FieldError(path, redact.apply(one.path("message").asText(""))));
    }
    return List.copyOf(read);
  }

  private static Optional<Duration> wholeMs(JsonNode value) {
    boolean isWhole = value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0;
    return isWhole ? Optional.of(Duration.ofMillis(value.longValue())) : Optional.empty();
  }

  /** A {@code Retry-After} of seconds or of a date (RFC 9110 10.2.3). */
  private static Optional<Duration> parseRetryAfter(String value, Clock clock) {
    if (SECONDS.matcher(value).matches()) return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    try {
      ZonedDateTime at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), at.toInstant());
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException neither) {
      return Optional.empty();
    }
  }
}
