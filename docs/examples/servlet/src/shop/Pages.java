package shop;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Pages with values in double braces, which are escaped. */
final class Pages {
  private Pages() {}

  static void send(HttpServletResponse response, String name, Map<String, String> values) throws IOException {
    String page;
    try (InputStream file = Pages.class.getResourceAsStream("/pages/" + name)) {
      page = new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      page = page.replace("{{ " + value.getKey() + " }}", escape(value.getValue()));
    }
    response.setContentType("text/html; charset=utf-8");
    response.getWriter().print(page);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
