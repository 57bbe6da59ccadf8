package dev.countersign.client;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JSON that says the same to every reader. */
final class StrictJson {
  /** Results and events are flat, and what reads them elsewhere may recurse. */
  private static final int MAX_DEPTH = 16;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private StrictJson() {}

  /**
   * The object in these bytes: UTF-8 without a byte order mark, one value and nothing after it, no member named twice
   * (parsers differ in which of the two they keep, RFC 8259 4), not nested deeply, no half of a surrogate pair, no name
   * that begins with U+0000.
   *
   * @throws IOException if it is anything else
   */
  static ObjectNode readObject(byte[] bytes) throws IOException {
    String text = decode(bytes);
    checkShape(text);
    JsonNode value = MAPPER.readTree(text);
    if (value instanceof ObjectNode object) return object;
    throw new IOException("It is not a JSON object.");
  }

  /** Not by Jackson, which would guess the encoding. */
  private static String decode(byte[] bytes) throws CharacterCodingException {
    // A decoder of its own for each: they remember.
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /** Token by token, before any tree is built, so that depth costs nothing. */
  private static void checkShape(String text) throws IOException {
    if (text.startsWith("\uFEFF")) throw new IOException("It begins with a byte order mark.");
    try (JsonParser parser = MAPPER.createParser(text)) {
      int depth = 0;
      do {
        JsonToken token = parser.nextToken();
        if (token == null) throw new IOException("It ends too early.");
        if (token.isStructStart() && ++depth > MAX_DEPTH) throw new IOException("It is nested too deeply.");
        if (token.isStructEnd()) depth--;
        checkText(token, parser.getText());
      } while (depth > 0);
      if (parser.nextToken() != null) throw new IOException("Something follows.");
    }
  }

  /** Not every reader takes these, or reads the same (RFC 8259 8.2). */
  private static void checkText(JsonToken token, String text) throws IOException {
    boolean isName = token == JsonToken.FIELD_NAME;
    if (isName && text.startsWith("\0")) throw new IOException("A name begins with U+0000.");
    if (!isName && token != JsonToken.VALUE_STRING) return;
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) throw new IOException("It holds half of a surrogate pair.");
  }
}
