package dev.countersign.client;

import java.util.Base64;

/**
 * A file of tokens: PSKC, CSV, {@code otpauth://} URIs, an export of Google Authenticator. What is null is left out.
 */
public final class TokenImport extends Fields<TokenImport> {
  private TokenImport() {}

  /** A file as it is. */
  public static TokenImport of(byte[] content) {
    return new TokenImport().set("content", Base64.getEncoder().encodeToString(content)).set("encoding", "base64");
  }

  /** Text. */
  public static TokenImport of(String content) {
    return new TokenImport().set("content", content).set("encoding", "text");
  }

  /** {@code pskc}, {@code csv}, {@code otpauth} or {@code migration}. Left out, it is told from the content. */
  public TokenImport format(String format) {
    return setIfAny("format", format);
  }

  /** Of an encrypted PSKC file. */
  public TokenImport password(String password) {
    return setIfAny("password", password);
  }

  /** Of an encrypted PSKC file, in hexadecimal. */
  public TokenImport preSharedKey(String key) {
    return setIfAny("preSharedKey", key);
  }

  /** CSV: of rows that do not say theirs: {@code totp}, {@code hotp} or {@code ocra}. */
  public TokenImport kind(String kind) {
    return setIfAny("kind", kind);
  }

  /** CSV: how seeds are written: {@code hex}, {@code base32} or {@code base64}. */
  public TokenImport seedEncoding(String encoding) {
    return setIfAny("seedEncoding", encoding);
  }

  /** Judges every row and makes nothing. */
  public TokenImport dryRun() {
    return set("dryRun", true);
  }

  /** Makes the good rows although others are refused. Otherwise one of them refuses all: {@code IMPORT_REFUSED}. */
  public TokenImport acceptPartial() {
    return set("acceptPartial", true);
  }

  /** Which rows this call makes, so that a large file can be made in steps. */
  public TokenImport rows(int from, int count) {
    return set("from", from).set("count", count);
  }
}
