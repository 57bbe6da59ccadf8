package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a browser is like, as far as you know. Nothing of it is kept in a form that can be read.
 *
 * @param language BCP 47, or null
 * @param zone IANA time zone, or null
 * @param screen or null
 * @param colourDepth bits, or null
 * @param userAgent only the families of browser and system are taken from it; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Environment(String language, String zone, Screen screen, Integer colourDepth, String userAgent) {
  /**
   * In pixels.
   *
   * @param width from left to right
   * @param height from top to bottom
   */
  public record Screen(int width, int height) {}
}
