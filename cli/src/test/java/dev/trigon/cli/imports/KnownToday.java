package dev.trigon.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** A services file without what imports write and vipd's reader is only about to learn. */
public final class KnownToday {
    private static final Set<String> SCHEDULERS = Set.of("wrr", "maglev");

    private KnownToday() {}

    /** @return as JSON */
    public static byte[] of(byte[] services) throws IOException {
        return of(new YAMLMapper().readTree(services)).toString().getBytes(StandardCharsets.UTF_8);
    }

    static JsonNode of(JsonNode file) {
        for (JsonNode service : file.path("services")) {
            ObjectNode fields = (ObjectNode) service;
            fields.remove("health");
            if (!SCHEDULERS.contains(fields.path("scheduler").asText())) {
                fields.put("scheduler", "maglev");
            }
            fields.path("backends").forEach(backend -> ((ObjectNode) backend).remove("backup"));
        }
        return file;
    }
}
