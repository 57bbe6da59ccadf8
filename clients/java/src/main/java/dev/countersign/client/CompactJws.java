package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A compact JWS, taken apart (RFC 7515 7.1). That says nothing about the signature, and the payload is not to be
 * looked into before that is known to be right.
 */
record CompactJws(ObjectNode header, byte[] signingInput, byte[] payload, byte[] signature) {
  /** Far above any real result (about 800 characters), far below what costs anything to look at. */
  static final int MAX_LENGTH = 8192;

  private static final Pattern ALPHABET = Pattern.compile("[A-Za-z0-9_-]*");

  /** Insists on one spelling: canonical base64url without padding, no spaces, no member named twice in the header. */
  static CompactJws parse(String jwt) {
    if (jwt == null) throw malformed("there is none");
    if (jwt.length() > MAX_LENGTH) throw malformed("it is too long");
    String[] segments = jwt.split("\\.", -1);
    if (segments.length != 3) throw malformed("it does not have three parts");
    ObjectNode header = readObject(decode(segments[0]), "header");
    byte[] payload = decode(segments[1]);
    byte[] signature = decode(segments[2]);
    byte[] signingInput = (segments[0] + "." + segments[1]).getBytes(StandardCharsets.US_ASCII);
    return new CompactJws(header, signingInput, payload, signature);
  }

  static ObjectNode readObject(byte[] bytes, String part) {
    try {
      return StrictJson.readObject(bytes);
    } catch (IOException ambiguous) {
      throw malformed("its " + part + " is not one unambiguous JSON object");
    }
  }

  /** RFC 4648 section 5, refusing padding and set bits past the end (3.5), which would give one result many texts. */
  private static byte[] decode(String text) {
    if (ALPHABET.matcher(text).matches() && text.length() % 4 != 1) {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) return bytes;
    }
    throw malformed("it is not canonical base64url");
  }

  private static ResultException malformed(String why) {
    return new ResultException("RESULT_MALFORMED", "This is not a result: " + why + ".");
  }
}
