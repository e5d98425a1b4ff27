package dev.trigon.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;

/** YAML as a person would write it. Apart, so that its classes are loaded only when it is asked for. */
final class Yaml {
    private Yaml() {}

    static String write(JsonNode tree) throws JsonProcessingException {
        return new YAMLMapper(factory()).writeValueAsString(tree).stripTrailing();
    }

    /** For what is written in pieces; leaves {@code out} open. */
    static JsonGenerator generator(PrintWriter out) throws IOException {
        return factory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    private static YAMLFactory factory() {
        return YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .build();
    }
}
