package dev.trigon.dataplane.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;

/** Reads YAML or JSON into a tree that remembers lines, so that whatever is wrong can be pointed at. */
final class DocumentReader {
    /** No document here is nested deeper than four; what is, is a mistake or an attack on the stack. */
    private static final int MAX_DEPTH = 16;

    private static final JsonFactory JSON = new JsonFactory();
    /** A key without a value has none, which a builder, unlike a constructor, has to be told. */
    private static final JsonFactory YAML = YAMLFactory.builder()
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .loaderOptions(loaderOptions())
            .build();

    /** A value takes some hundred octets here, however short it is written. The largest services file has fewer. */
    private static final int MAX_VALUES = 1_000_000;

    private final Source source;
    private final JsonParser parser;
    private int values;

    private DocumentReader(Source source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /** Who hands a document over has bounded it. */
    private static LoaderOptions loaderOptions() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        return options;
    }

    /** Reads YAML, or JSON where the text looks like it. An empty document is an empty mapping. */
    static Located read(byte[] octets, Source source) throws Refusal {
        String text = decode(octets, source);
        try (JsonParser parser = (looksLikeJson(text) ? JSON : YAML).createParser(text)) {
            return new DocumentReader(source, parser).document();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw source.unreadable(line, firstLine(e.getOriginalMessage()), "correct the syntax there");
        } catch (IOException e) {
            throw source.unreadable(0, String.valueOf(e.getMessage()), "check that it can be read");
        }
    }

    private static String decode(byte[] octets, Source source) throws Refusal {
        ByteBuffer in = ByteBuffer.wrap(octets);
        CharBuffer text = CharBuffer.allocate(octets.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, text, true).isError()) {
            throw source.unreadable(
                    1 + lineEnds(octets, in.position()),
                    "it is not valid UTF-8 from its octet " + (in.position() + 1) + " on",
                    "save it as UTF-8");
        }
        return text.flip().toString();
    }

    private static int lineEnds(byte[] octets, int end) {
        int count = 0;
        for (int i = 0; i < end; i++) {
            count += octets[i] == '\n' ? 1 : 0;
        }
        return count;
    }

    /** JSON is nearly YAML, but for tabs, which YAML refuses: so JSON is read as JSON. */
    private static boolean looksLikeJson(String text) {
        String start = text.stripLeading();
        if (!start.startsWith("{")) {
            return start.startsWith("[");
        }
        String next = start.substring(1).stripLeading();
        return next.startsWith("\"") || next.startsWith("}");
    }

    private static String firstLine(String message) {
        String line = message.lines().findFirst().orElse("not readable").strip();
        return line.isEmpty() ? "not readable" : line;
    }

    private Located document() throws IOException, Refusal {
        if (parser.nextToken() == null) {
            return new Located.Mapping(1, "", Map.of());
        }
        Located root = value("", 0);
        if (root instanceof Located.Scalar scalar && scalar.kind() == Located.Kind.NULL) {
            return new Located.Mapping(1, "", Map.of());
        }
        if (parser.nextToken() != null) {
            throw source.unreadable(line(), "a second document begins here", "keep one document a file");
        }
        return root;
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private Located value(String path, int depth) throws IOException, Refusal {
        if (depth > MAX_DEPTH) {
            throw source.unreadable(line(), "it is nested too deep", "nothing here needs more than four levels");
        }
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw source.unreadable(line(), "aliases (*name) are not understood", "write the value out");
        }
        if (++values > MAX_VALUES) {
            throw source.unreadable(line(), "it has more than " + MAX_VALUES + " values", "give less at once");
        }
        int line = line();
        return switch (parser.currentToken()) {
            case START_OBJECT -> new Located.Mapping(line, path, members(path, depth));
            case START_ARRAY -> new Located.Sequence(line, path, items(path, depth));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(line, path, Located.Kind.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> scalar(line, path, Located.Kind.BOOLEAN);
            case VALUE_NULL -> scalar(line, path, Located.Kind.NULL);
            default -> scalar(line, path, Located.Kind.TEXT);
        };
    }

    private Located scalar(int line, String path, Located.Kind kind) throws IOException {
        return new Located.Scalar(line, path, kind, parser.getText());
    }

    private Map<String, Located.Member> members(String path, int depth) throws IOException, Refusal {
        Map<String, Located.Member> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int keyLine = line();
            parser.nextToken();
            Located value = value(path.isEmpty() ? key : path + "." + key, depth + 1);
            if (members.put(key, new Located.Member(keyLine, value)) != null) {
                throw source.unreadable(keyLine, "the key '" + key + "' is given twice", "keep one of them");
            }
        }
        return members;
    }

    private List<Located> items(String path, int depth) throws IOException, Refusal {
        List<Located> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(path + "[" + items.size() + "]", depth + 1));
        }
        return items;
    }
}
