package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** JSON of the API. Instants and durations are milliseconds there. */
final class Json {
  private static final TypeReference<LinkedHashMap<String, Object>> MAP = new TypeReference<>() {};

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          // The service may have added members since.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // A record of a response may be sent back. In a map, null is meant.
          .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .addModule(times())
          .build();

  private Json() {}

  static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
    } catch (IOException impossible) {
      // Without its cause, which may quote what was to be sent.
      throw new IllegalStateException("What was to be sent cannot be written as JSON.");
    }
  }

  static Optional<ObjectNode> readObject(byte[] bytes) {
    try {
      JsonNode value = MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
      return value instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  static ObjectNode emptyObject() {
    return MAPPER.createObjectNode();
  }

  /** The typed value, or RESPONSE_INVALID, saying what was wanted. */
  static <T> T read(JsonNode value, Class<T> type, String wanted) {
    try {
      T read = MAPPER.treeToValue(value, type);
      if (read != null) return read;
    } catch (IOException | IllegalArgumentException misshapen) {
      // As if there were none.
    }
    throw ConnectionException.unexpected(wanted);
  }

  static Map<String, Object> toMap(JsonNode object) {
    return Collections.unmodifiableMap(MAPPER.convertValue(object, MAP));
  }

  private static SimpleModule times() {
    SimpleModule module = new SimpleModule();
    addMilliseconds(module, Instant.class, Instant::ofEpochMilli, Instant::toEpochMilli);
    addMilliseconds(module, Duration.class, Duration::ofMillis, Duration::toMillis);
    return module;
  }

  private static <T> void addMilliseconds(
      SimpleModule module, Class<T> type, LongFunction<T> read, ToLongFunction<T> write) {
    module.addDeserializer(
        type,
        new StdDeserializer<T>(type) {
          private static final long serialVersionUID = 1L;

          @Override
          public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return read.apply(parser.getLongValue());
          }
        });
    module.addSerializer(
        type,
        new StdSerializer<T>(type) {
          private static final long serialVersionUID = 1L;

          @Override
          public void serialize(T time, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeNumber(write.applyAsLong(time));
          }
        });
  }
}
