package dev.countersign.client;

/**
 * What a sign-in would make of a code now.
 *
 * @param verdict {@code right}; {@code used} already; {@code late}: right some steps ago; or {@code wrong}
 * @param offset of {@code right} and {@code late}, else null. TOTP: its step against the service's, negative where the
 *     device is behind. HOTP: unused codes that it passes over
 */
public record TokenCheck(String verdict, Integer offset) {}
