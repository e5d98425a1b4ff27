package dev.trigon.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the services file, in the order of {@code vipctl export}.
 *
 * @param ports numbers, texts such as {@code 8000-8100}, or the one text {@code any}
 * @param affinity a time, or a mapping where more is set
 */
record Service(
        Listener listener,
        List<Object> ports,
        String forward,
        String scheduler,
        @Nullable JsonNode affinity,
        boolean onePacket,
        @Nullable Health health,
        List<Backend> backends) {
    /** @param disabled whether it takes no packet until the operator enables it */
    record Backend(InetAddress address, int weight, boolean disabled, boolean backup) {
        private ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("name", Address.asName(address))
                    .put("address", Address.format(address))
                    .put("weight", weight);
            if (disabled) {
                json.put("state", "disabled");
            }
            if (backup) {
                json.put("backup", true);
            }
            return json;
        }
    }

    /** The services file as a whole. */
    static ObjectNode file(List<Service> services) {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        ArrayNode entries = file.putArray("services");
        services.forEach(service -> entries.add(service.json()));
        return file;
    }

    private ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", listener.name())
                .put("vip", Address.format(listener.vip()))
                .put("protocol", listener.protocol());
        ports.forEach(json.putArray("ports")::addPOJO);
        json.put("forward", forward).put("scheduler", scheduler);
        if (affinity != null) {
            json.set("affinity", affinity);
        }
        if (onePacket) {
            json.put("onePacket", true);
        }
        if (health != null) {
            json.set("health", health.json());
        }
        ArrayNode entries = json.putArray("backends");
        backends.forEach(backend -> entries.add(backend.json()));
        return json;
    }
}
