package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A public key of the service, good for exactly one algorithm (SR-10). */
record PublishedKey(ResultAlgorithm algorithm, PublicKey key) {
  private static final int MAX_KEYS = 32;
  private static final int COORDINATE_BYTES = 32;
  private static final BigInteger ED25519_PRIME = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

  /** The y of every point whose order divides 8 (RFC 8032 5.1). */
  private static final Set<BigInteger> SMALL_ORDER_YS =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          ED25519_PRIME.subtract(BigInteger.ONE),
          new BigInteger("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
          new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16));


  /**
   * The usable keys of a JWK set (RFC 7517 5) by {@code kid}. Others are passed over: those that do not say their
   * {@code kid} and {@code alg}, are not for signatures, are of another kind than their {@code alg}, are not
   * public, or are of small order. Of keys that share a {@code kid} none is used, since it is unclear which is meant.
   *
   * @throws IOException if this is no JWK set, or nothing in it can be used
   */
  static Map<String, PublishedKey> readSet(byte[] bytes) throws IOException {
    JsonNode members = StrictJson.readObject(bytes).path("keys");
    if (!members.isArray() || members.size() > MAX_KEYS) throw new IOException("It is not a JWK set.");
    Map<String, PublishedKey> usable = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode member : members) {
      JsonNode kid = member.path("kid");
      if (!(member instanceof ObjectNode jwk) || !kid.isTextual() || kid.textValue().isEmpty()) continue;
      if (seen.add(kid.textValue())) read(jwk).ifPresent(key -> usable.put(kid.textValue(), key));
      else usable.remove(kid.textValue());
    }
    if (usable.isEmpty()) throw new IOException("No key in it can be used.");
    return Map.copyOf(usable);
  }

  /** Whether this key made that signature. Anything wrong with either is a no. */
  boolean verifies(byte[] signed, byte[] signature) {
    try {
      // Java's Ed25519 takes zeros behind the signature for a part of it (RFC 8032 5.1.7: 64 octets and no more).
      if (signature.length != 2 * COORDINATE_BYTES) return false;
      if (algorithm == ResultAlgorithm.ES256 && !isWithinOrder(signature)) return false;
      Signature verifier = Signature.getInstance(algorithm.signature);
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException notASignature) {
      return false;
    }
  }

  /**
   * r and s from 1 to the order of the group less one (FIPS 186-5 6.4.2). Java 17 before 17.0.3 did not look
   * (CVE-2022-21449), and there zeros are a signature of anything.
   */
  static boolean isWithinOrder(byte[] signature) throws GeneralSecurityException {
    if (signature.length != 2 * COORDINATE_BYTES) return false;
    BigInteger order = p256().getOrder();
    for (int from : new int[] {0, COORDINATE_BYTES}) {
      BigInteger part = new BigInteger(1, Arrays.copyOfRange(signature, from, from + COORDINATE_BYTES));
      if (part.signum() == 0 || part.compareTo(order) >= 0) return false;
    }
    return true;
  }

  private static Optional<PublishedKey> read(ObjectNode jwk) {
    Optional<ResultAlgorithm> algorithm = ResultAlgorithm.named(jwk.path("alg").textValue());
    if (algorithm.isEmpty() || !isForVerifying(jwk, algorithm.get())) return Optional.empty();
    try {
      PublicKey key = algorithm.get() == ResultAlgorithm.ES256 ? readP256(jwk) : readEd25519(jwk);
      // Sees that the point of an Ed25519 key is one.
      Signature.getInstance(algorithm.get().signature).initVerify(key);
      return Optional.of(new PublishedKey(algorithm.get(), key));
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      return Optional.empty();
    }
  }

  private static boolean isForVerifying(ObjectNode jwk, ResultAlgorithm algorithm) {
    if (!algorithm.keyType.equals(jwk.path("kty").textValue())) return false;
    if (!algorithm.curve.equals(jwk.path("crv").textValue())) return false;
    if (jwk.has("use") && !"sig".equals(jwk.path("use").textValue())) return false;
    if (jwk.has("key_ops") && !names(jwk.path("key_ops"), "verify")) return false;
    // A private key that got published is everybody's key.
    return !jwk.has("d");
  }

  private static boolean names(JsonNode list, String word) {
    for (JsonNode one : list) if (list.isArray() && word.equals(one.textValue())) return true;
    return false;
  }

  private static PublicKey readP256(ObjectNode jwk) throws GeneralSecurityException {
    BigInteger x = new BigInteger(1, coordinate(jwk, "x"));
    BigInteger y = new BigInteger(1, coordinate(jwk, "y"));
    ECParameterSpec curve = p256();
    BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
    // Java takes any two numbers for a point. The curve is y² = x³ + ax + b (SEC 1, 3.2.2.1).
    BigInteger right = x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
      throw new IllegalArgumentException("not a point of the curve");
    }
    return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
  }

  /** The number y from its last byte to its first, and in the topmost bit whether x is odd (RFC 8032 5.1.2). */
  private static PublicKey readEd25519(ObjectNode jwk) throws GeneralSecurityException {
    byte[] encoded = coordinate(jwk, "x");
    boolean isXOdd = (encoded[COORDINATE_BYTES - 1] & 0x80) != 0;
    byte[] bigEndian = new byte[COORDINATE_BYTES];
    for (int at = 0; at < COORDINATE_BYTES; at++) bigEndian[at] = encoded[COORDINATE_BYTES - 1 - at];
    bigEndian[0] &= 0x7f;
    BigInteger y = new BigInteger(1, bigEndian);
    // Java reduces a y that is not below p, which RFC 8032 5.1.3 refuses, and takes points of small order for keys.
    if (y.compareTo(ED25519_PRIME) >= 0 || SMALL_ORDER_YS.contains(y)) {
      throw new IllegalArgumentException("a point of small order or in a non-canonical encoding");
    }
    EdECPoint point = new EdECPoint(isXOdd, y);
    return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  private static byte[] coordinate(ObjectNode jwk, String name) {
    String text = jwk.path(name).textValue();
    byte[] bytes = text == null ? new byte[0] : Base64.getUrlDecoder().decode(text);
    if (bytes.length == COORDINATE_BYTES) return bytes;
    throw new IllegalArgumentException("not a coordinate");
  }

  private static ECParameterSpec p256() throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    return parameters.getParameterSpec(ECParameterSpec.class);
  }
}
