package dev.countersign.client;

import java.io.Serializable;

/**
 * What is wrong with one field of a request. It never repeats the value.
 *
 * @param path where in the request, such as {@code allowedOrigins.0}
 * @param message what is wrong there, for people
 */
public record FieldError(String path, String message) implements Serializable {
  private static final long serialVersionUID = 1L;
}
