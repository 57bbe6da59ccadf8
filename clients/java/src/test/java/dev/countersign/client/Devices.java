package dev.countersign.client;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What people hold in their hands. */
final class Devices {
  static final String SUITE = "OCRA-1:HOTP-SHA256-8:QN08";

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private Devices() {}

  /** The code of this moment (RFC 6238). */
  static String totp(String secret) {
    return totp(secret, System.currentTimeMillis() / 30_000);
  }

  static String totp(String secret, long step) {
    return truncate(mac("HmacSHA1", secret, ByteBuffer.allocate(8).putLong(step).array()), 6);
  }

  /** The answer to a question of eight digits (RFC 6287). */
  static String ocra(String secret, String question) {
    String hex = new BigInteger(question).toString(16).toUpperCase(Locale.ROOT);
    byte[] asked = HexFormat.of().parseHex((hex + "0".repeat(256)).substring(0, 256));
    byte[] suite = SUITE.getBytes(StandardCharsets.US_ASCII);
    byte[] input = ByteBuffer.allocate(suite.length + 1 + asked.length).put(suite).put((byte) 0).put(asked).array();
    return truncate(mac("HmacSHA256", secret, input), 8);
  }

  private static byte[] mac(String algorithm, String secret, byte[] input) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(base32(secret), algorithm));
      return mac.doFinal(input);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** RFC 4226 5.3. */
  private static String truncate(byte[] mac, int digits) {
    int offset = mac[mac.length - 1] & 0xf;
    int number = ByteBuffer.wrap(mac).getInt(offset) & 0x7fffffff;
    String text = String.format(Locale.ROOT, "%010d", number);
    return text.substring(text.length() - digits);
  }

  private static byte[] base32(String text) {
    BigInteger bits = BigInteger.ONE;
    for (char one : text.toCharArray()) bits = bits.shiftLeft(5).or(BigInteger.valueOf(BASE32.indexOf(one)));
    bits = bits.shiftRight(text.length() * 5 % 8);
    // The one in front keeps zeros, and is a byte of its own.
    byte[] bytes = bits.toByteArray();
    return Arrays.copyOfRange(bytes, 1, bytes.length);
  }
}
