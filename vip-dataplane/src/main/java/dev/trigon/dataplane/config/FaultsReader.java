package dev.trigon.dataplane.config;

import dev.trigon.dataplane.port.fault.Faults;
import dev.trigon.dataplane.service.Refusal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what vipd.yaml says of faults. */
final class FaultsReader {
    /** As people write chances; no exponents, no infinities. */
    private static final Pattern CHANCE = Pattern.compile("[0-9]{1,3}|[0-9]{0,3}\\.[0-9]{1,12}");

    private static final Map<String, Faults.Side> SIDES = new LinkedHashMap<>();

    static {
        for (Faults.Side side : Faults.Side.values()) {
            SIDES.put(side.label(), side);
        }
    }

    private final Source source;
    private final Fields faults;

    private FaultsReader(Source source, Fields faults) {
        this.source = source;
        this.faults = faults;
    }

    static @Nullable Faults read(Source source, Fields fields) throws Refusal {
        if (!fields.has("faults")) {
            return null;
        }
        Fields faults = fields.mapping("faults", "seed", "loss", "duplicate", "reorder", "corrupt", "delay", "side");
        return new FaultsReader(source, faults).read();
    }

    private Faults read() throws Refusal {
        Faults.Side side = faults.choice("side", SIDES);
        return new Faults(
                faults.number("seed", 1, 0, Integer.MAX_VALUE),
                chance("loss"),
                chance("duplicate"),
                chance("reorder"),
                chance("corrupt"),
                delay(),
                side == null ? Faults.Side.BOTH : side);
    }

    private double chance(String key) throws Refusal {
        Located node = faults.get(key);
        if (node == null) {
            return 0;
        }
        if (!(node instanceof Located.Scalar scalar) || scalar.kind() != Located.Kind.NUMBER) {
            throw source.malformed(
                    node, "'" + key + "' is " + node.described() + " where a number is expected", "give 0 to 1");
        }
        if (!CHANCE.matcher(scalar.text()).matches() || Double.parseDouble(scalar.text()) > 1) {
            throw source.invalid(node, "'" + key + "' is " + scalar.text(), "give 0 to 1, such as 0.01");
        }
        return Double.parseDouble(scalar.text());
    }

    private Duration delay() throws Refusal {
        Located node = faults.get("delay");
        if (node == null) {
            return Duration.ZERO;
        }
        String text = node instanceof Located.Scalar scalar ? scalar.text() : "";
        Duration delay = Durations.parse(text)
                .orElseThrow(() -> source.malformed(
                        node,
                        "'delay' is " + node.described() + " where a duration is expected",
                        "give one such as 5ms"));
        if (delay.compareTo(Faults.MAX_DELAY) > 0) {
            throw source.invalid(node, "'delay' is " + text, "give 0ms to " + Durations.format(Faults.MAX_DELAY));
        }
        return delay;
    }
}
