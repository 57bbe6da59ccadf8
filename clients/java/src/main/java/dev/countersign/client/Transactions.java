package dev.countersign.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** The hash that stands for what a person confirms. */
public final class Transactions {
  private static final int FIELDS_MAX = 12;
  private static final int LABEL_MAX = 40;
  private static final int VALUE_MAX = 200;
  /** Begins every canonical text, so that it cannot be taken for anything else that is hashed. */
  private static final String FORM = "countersign-transaction-1";

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** Fixed ranges, not Unicode properties: the same in every language, whatever version of Unicode it knows. */
  private static final Pattern UNFIT =
      Pattern.compile(
          "[\\x{0}-\\x{1F}\\x{7F}-\\x{9F}"
              + "\\x{AD}\\x{34F}\\x{61C}\\x{115F}\\x{1160}\\x{1680}\\x{17B4}\\x{17B5}\\x{180B}-\\x{180F}"
              + "\\x{2000}-\\x{200F}\\x{2028}-\\x{202E}\\x{205F}-\\x{206F}\\x{2800}\\x{3000}\\x{3164}"
              + "\\x{D800}-\\x{DFFF}\\x{FE00}-\\x{FE0F}\\x{FEFF}\\x{FFA0}\\x{FFF0}-\\x{FFFB}\\x{FFFE}\\x{FFFF}"
              + "\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E0FFF}]");

  private static final String BLANK = "[ \\x{A0}\\x{202F}]";
  private static final Pattern BLANK_ENDS_OR_ROWS =
      Pattern.compile("\\A" + BLANK + "|" + BLANK + "{2}|" + BLANK + "\\z");

  private Transactions() {}

  /**
   * SHA-256 of the canonical text, in lower-case hexadecimal. Fields are taken as they are or refused, never mended,
   * so that what a person confirmed is letter by letter what you execute.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}, whose message says which field and why
   */
  public static String hash(List<TransactionField> fields) {
    try {
      byte[] text = canonicalText(fields).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * The one text that stands for these fields, as {@link #hash} hashes it.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}
   */
  public static String canonicalText(List<TransactionField> fields) {
    if (fields == null) throw invalid("shape", "");
    if (fields.isEmpty() || fields.size() > FIELDS_MAX) throw invalid("count", "");
    StringBuilder text = new StringBuilder("[").append(quote(FORM));
    for (int at = 0; at < fields.size(); at++) {
      TransactionField field = fields.get(at);
      String fault = faultOf(field);
      if (fault != null) throw invalid(fault, " in field " + at);
      text.append(",[").append(quote(field.label())).append(',').append(quote(field.value())).append(']');
    }
    return text.append(']').toString();
  }

  static String checkHash(String hash) {
    if (hash != null && HASH.matcher(hash).matches()) return hash;
    throw new InvalidInputException(
        "TRANSACTION_INVALID", "The hash of a transaction is 64 hexadecimal digits in lower case.");
  }

  private static String faultOf(TransactionField field) {
    if (field == null || field.label() == null || field.value() == null) return "shape";
    String fault = faultOf(field.label(), LABEL_MAX);
    return fault == null ? faultOf(field.value(), VALUE_MAX) : fault;
  }

  private static String faultOf(String text, int most) {
    if (text.isEmpty() || text.codePointCount(0, text.length()) > most) return "length";
    if (UNFIT.matcher(text).find()) return "character";
    if (BLANK_ENDS_OR_ROWS.matcher(text).find()) return "spacing";
    return Normalizer.isNormalized(text, Normalizer.Form.NFC) ? null : "normalisation";
  }

  /** What else JSON escapes has been refused before. */
  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static InvalidInputException invalid(String reason, String where) {
    return new InvalidInputException(
        "TRANSACTION_INVALID", "These fields cannot be shown and signed: " + reason + where + ".");
  }
}
