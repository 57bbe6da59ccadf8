package dev.countersign.client;

import java.util.Optional;

/** Signature algorithms a result may carry (RFC 7518 3.4, RFC 8037 3.1). */
public enum ResultAlgorithm {
  /** ECDSA over P-256 with SHA-256. */
  ES256("ES256", "EC", "P-256", "SHA256withECDSAinP1363Format"),
  /** EdDSA over Ed25519. */
  EDDSA("EdDSA", "OKP", "Ed25519", "Ed25519");

  final String header;
  final String keyType;
  final String curve;
  /** What Java calls it. */
  final String signature;

  ResultAlgorithm(String header, String keyType, String curve, String signature) {
    this.header = header;
    this.keyType = keyType;
    this.curve = curve;
    this.signature = signature;
  }

  /** By its name in headers and key sets, letter by letter. */
  static Optional<ResultAlgorithm> named(String name) {
    for (ResultAlgorithm one : values()) if (one.header.equals(name)) return Optional.of(one);
    return Optional.empty();
  }
}
