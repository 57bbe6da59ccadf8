package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class OriginsTest {
  @Test
  void originsAsBrowsersWriteThem() {
    for (String origin :
        List.of(
            "https://shop.example",
            "http://localhost:3000",
            "https://shop.example:8443",
            "https://xn--mnchen-3ya.example",
            "https://a_b.example",
            "https://shop.example.",
            "http://127.0.0.1:8080",
            "https://1.2.3.example",
            "http://[::1]",
            "https://[2001:db8::1]:444",
            "https://[2001:db8:0:1:1:1:1:1]",
            "https://[1:0:0:2::]",
            "https://[::]",
            "https://[fe80::1:0:0:1]")) {
      assertEquals(true, Origins.isOrigin(origin), origin);
    }
  }

  @Test
  void everyOtherSpellingIsNone() {
    for (String text :
        List.of(
            "",
            "null",
            "*",
            "https://",
            "https://*",
            "https://*.shop.example",
            "shop.example",
            "https://shop.example/",
            "https://shop.example?x",
            "https://shop.example#x",
            "https://SHOP.example",
            "HTTPS://shop.example",
            "https://shop.example:443",
            "http://shop.example:80",
            "https://shop.example:",
            "https://shop.example:08",
            "https://shop.example:65536",
            "https://user@shop.example",
            "https://shop.example ",
            "https://shop.example\n",
            "https://shop..example",
            "https://.example",
            "https://127.1",
            "https://127.0.0.01",
            "https://1.2.3.256",
            "https://a.0x1",
            "https://2130706433",
            "https://[::1",
            "https://[::0]",
            "https://[0:0:0:0:0:0:0:1]",
            "https://[1:0:0:2:0:0:0:0]",
            "https://[1::2::3]",
            "https://[2001:DB8::1]",
            "https://[2001:db8::01]",
            "https://[1:2:3:4:5:6:7]",
            "https://[1:2:3:4:5:6:7:8:9]",
            "https://[12345::]",
            "https://[:1:2:3:4:5:6:7]",
            "ftp://shop.example",
            "javascript:alert(1)")) {
      assertEquals(false, Origins.isOrigin(text), text);
    }
  }
}
