package dev.countersign.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/** The service's address, once it is certain that what is sent there is encrypted or stays on this machine. */
final class ServiceUrl {
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|.+\\.localhost|\\[::1\\]|127(?:\\." + BYTE + "){3}");

  private ServiceUrl() {}

  /** Without a slash at its end. */
  static String parse(String option, String value) {
    URI url = read(value);
    String scheme = url == null || url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url == null || url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw InvalidInputException.option("\"" + option + "\" must be an absolute https URL.");
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw InvalidInputException.option("\"" + option + "\" must have no credentials, query or fragment.");
    }
    String host = url.getHost().toLowerCase(Locale.ROOT);
    if (scheme.equals("http") && !LOOPBACK.matcher(host).matches()) {
      throw InvalidInputException.option("\"" + option + "\" must use https: only loopback may do without.");
    }
    boolean usual = url.getPort() == -1 || url.getPort() == (scheme.equals("https") ? 443 : 80);
    String path = url.normalize().getRawPath();
    return scheme + "://" + host + (usual ? "" : ":" + url.getPort()) + path.replaceFirst("/$", "");
  }

  private static URI read(String value) {
    try {
      return value == null ? null : new URI(value);
    } catch (URISyntaxException notAUrl) {
      return null;
    }
  }
}
