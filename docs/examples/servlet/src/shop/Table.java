package shop;

import dev.countersign.client.ResultClaims;
import dev.countersign.client.SiteUsers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.Predicate;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Stands for the table of users: a file, so that this example needs no database. A line is a user: id, name, password
 * (perhaps none), id at Countersign, whether blocked; with tabs between.
 */
final class Table implements SiteUsers<Table.User> {
  /** PBKDF2: iterations, salt and hash, with dollars between. */
  private static final String NONE = "600000$AAAA$AAAA";

  private final Path file;

  Table(Path file) {
    this.file = file;
  }

  record User(String id, String name, String password, String countersignId, boolean isBlocked) {}

  User byName(String name) {
    return find(user -> user.name().equals(name));
  }

  @Override
  public User ofResult(ResultClaims claims) {
    return find(user -> user.countersignId().equals(claims.sub()));
  }

  @Override
  public User byId(String id) {
    return find(user -> user.id().equals(id));
  }

  @Override
  public String idOf(User user) {
    return user.id();
  }

  @Override
  public String passwordOf(User user) {
    return user.password();
  }

  /** The user, unless blocked. */
  private User find(Predicate<User> isThis) {
    try {
      return Files.readAllLines(file).stream()
          .map(line -> line.split("\t", -1))
          .map(cells -> new User(cells[0], cells[1], cells[2], cells[3], cells[4].equals("1")))
          .filter(user -> isThis.test(user) && !user.isBlocked())
          .findFirst()
          .orElse(null);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Names without a password take as long as others. */
  static boolean isPassword(User user, String given) {
    String[] parts = (user == null || user.password().isEmpty() ? NONE : user.password()).split("\\$");
    byte[] expected = Base64.getDecoder().decode(parts[2]);
    PBEKeySpec spec =
        new PBEKeySpec(
            (given == null ? "" : given).toCharArray(),
            Base64.getDecoder().decode(parts[1]),
            Integer.parseInt(parts[0]),
            256);
    try {
      byte[] actual = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      return MessageDigest.isEqual(actual, expected) && user != null;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
