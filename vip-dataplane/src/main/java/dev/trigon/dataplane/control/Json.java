package dev.trigon.dataplane.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;

/** Records as JSON, the one way the control plane writes it. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private static final ObjectWriter LINES = MAPPER.writer(new DefaultPrettyPrinter()
                    .withArrayIndenter(new DefaultIndenter("", "\n"))
                    .withObjectIndenter(new DefaultPrettyPrinter.NopIndenter()))
            .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

    private Json() {}

    static byte[] octets(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that JSON cannot hold: " + value.getClass(), e);
        }
    }

    /** Without a blank or a line's end, for what is kept and seldom read. */
    static byte[] compact(Object value) {
        try {
            return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that JSON cannot hold: " + value.getClass(), e);
        }
    }

    /** A record's fields, whichever it has; what is left out of its JSON is not there. */
    static ObjectNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** A list, an item a line; nothing of it is kept. */
    static void writeList(Streamed list, OutputStream out) throws IOException {
        SequenceWriter items = LINES.writeValuesAsArray(out);
        list.writeTo(items::write);
        items.close();
    }

    static <T> T read(byte[] octets, TypeReference<T> type) throws IOException {
        T value = MAPPER.readValue(octets, type);
        if (value == null) {
            throw new IOException("it holds nothing");
        }
        return value;
    }
}
