package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads vipd.yaml. What is asked for and not there yet is refused rather than read over. */
public final class VipdConfigFile {
    private static final int MAX_OCTETS = 1 << 20;
    /** What the kernel takes (dev_valid_name): 15 octets, no slash, no space, no colon. */
    private static final Pattern INTERFACE = Pattern.compile("[^\\s/:]{1,15}");

    private static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(7);

    private static final int MAX_WORKERS = 1024;
    /** Linux is built for 8,192 CPUs at most. */
    private static final int MAX_CPU = 8_191;

    private static final Map<String, VipdConfig.Engine> ENGINE =
            Fields.labels(VipdConfig.Engine.values(), VipdConfig.Engine::label);

    private static final Map<String, VipdConfig.Echo> ECHO =
            Fields.labels(VipdConfig.Echo.values(), VipdConfig.Echo::label);

    private final Source source;

    private VipdConfigFile(Source source) {
        this.source = source;
    }

    public static VipdConfig load(Path file) throws Refusal {
        String name = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_OCTETS + 1);
            if (octets.length > MAX_OCTETS) {
                throw new Refusal(file.toString(), "it is larger than 1 MiB", "check that it is vipd's configuration");
            }
            return parse(octets, name);
        } catch (NoSuchFileException e) {
            throw new Refusal(
                    file.toString(),
                    "there is no such file",
                    "write one (at least: interfaces: [eth0]) or give --config FILE");
        } catch (IOException e) {
            throw new Refusal(
                    file.toString(), "it cannot be read (" + reason(e) + ")", "check its path and permissions");
        }
    }

    /** @param name what to call the document in messages */
    public static VipdConfig parse(byte[] octets, String name) throws Refusal {
        Source source = Source.file(name);
        return new VipdConfigFile(source).config(DocumentReader.read(octets, source));
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private VipdConfig config(Located root) throws Refusal {
        Fields fields = Fields.of(
                source,
                root,
                "interfaces",
                "engine",
                "workers",
                "cpus",
                "control",
                "http",
                "state",
                "flows",
                "icmp",
                "faults",
                "trace");
        List<String> interfaces = interfaces(fields);
        VipdConfig.Engine asked = fields.choice("engine", ENGINE);
        VipdConfig.Engine engine = asked == null ? VipdConfig.Engine.AUTO : asked;
        int workers = workers(fields, engine, interfaces.size());
        checkHttp(fields.mapping("http", "listen"));
        Fields control = fields.mapping("control", "socket");
        return new VipdConfig(
                interfaces,
                engine,
                workers,
                cpus(fields),
                path(control, "socket", "/run/trigon/vipd.sock"),
                path(fields, "state", "/var/lib/trigon"),
                flows(
                        fields.mapping("flows", "max", "cache", "newPerSecond", "maxAffinities", "timeouts"),
                        workers == VipdConfig.WORKERS_AUTO ? interfaces.size() : workers),
                icmp(fields.mapping("icmp", "echo", "rate")),
                FaultsReader.read(source, fields),
                trace(fields));
    }

    private List<String> interfaces(Fields fields) throws Refusal {
        Located node = fields.required("interfaces");
        List<String> names = new ArrayList<>();
        for (Located item : fields.list("interfaces")) {
            if (!(item instanceof Located.Scalar scalar) || scalar.kind() != Located.Kind.TEXT) {
                throw source.malformed(
                        item,
                        "'interfaces' has " + item.described() + " where a name is expected",
                        "list names, such as [eth0]");
            }
            if (!INTERFACE.matcher(scalar.text()).matches()) {
                throw source.invalid(
                        item, "'" + scalar.text() + "' cannot be an interface's name", "see `ip link` for their names");
            }
            if (names.contains(scalar.text())) {
                throw source.invalid(item, "interface '" + scalar.text() + "' is listed twice", "list it once");
            }
            names.add(scalar.text());
        }
        if (names.isEmpty()) {
            throw source.invalid(node, "'interfaces' is empty", "list at least one, such as [eth0]");
        }
        return names;
    }

    private int workers(Fields fields, VipdConfig.Engine engine, int interfaces) throws Refusal {
        Located node = fields.get("workers");
        if (node == null
                || (node instanceof Located.Scalar scalar && scalar.text().equals("auto"))) {
            return VipdConfig.WORKERS_AUTO;
        }
        int workers = fields.number("workers", node, 1, MAX_WORKERS);
        if (engine == VipdConfig.Engine.PCAP && workers != interfaces) {
            throw source.invalid(
                    node,
                    "'workers' is " + workers + ", and the pcap engine runs one worker an interface",
                    "use auto or " + interfaces);
        }
        return workers;
    }

    /** Whether there are such CPUs is for the machine that vipd runs on to say. */
    private List<Integer> cpus(Fields fields) throws Refusal {
        List<Integer> cpus = new ArrayList<>();
        for (Located item : fields.list("cpus")) {
            int cpu = fields.number("cpus", item, 0, MAX_CPU);
            if (cpus.contains(cpu)) {
                throw source.invalid(item, "CPU " + cpu + " is listed twice", "list it once");
            }
            cpus.add(cpu);
        }
        return cpus;
    }

    private void checkHttp(Fields http) throws Refusal {
        Located node = http.get("listen");
        if (node == null
                || (node instanceof Located.Scalar scalar && scalar.text().equals("off"))) {
            return;
        }
        throw source.invalid(node, "metrics over HTTP are not built yet", "set 'listen: off' or leave 'http' out");
    }

    private Path path(Fields fields, String key, String ifAbsent) throws Refusal {
        Located.Scalar value = fields.optionalText(key);
        if (value == null) {
            return Path.of(ifAbsent);
        }
        if (!value.text().startsWith("/") || value.text().indexOf('\0') >= 0) {
            throw source.invalid(value, "'" + key + "' is '" + value.text() + "'", "give a path that begins with /");
        }
        return Path.of(value.text()).normalize();
    }

    /** A power of two. */
    private int cache(Fields flows, int max, int workers) throws Refusal {
        Located node = flows.get("cache");
        int most = VipdConfig.Flows.mostCached(workers);
        if (node == null) {
            return Math.min(most, roundedUp(Math.min(max, VipdConfig.Flows.MAX_DEFAULT_CACHE)));
        }
        int asked = flows.number("cache", node, VipdConfig.Flows.MIN_CACHE, VipdConfig.Flows.MAX_CACHE);
        int cache = roundedUp(asked);
        if (cache > most) {
            long mib = ((long) cache * workers * VipdConfig.Flows.CACHE_ENTRY_OCTETS) >> 20;
            throw source.invalid(
                    node,
                    "'cache' is " + asked + ", and for each of " + workers + " workers that takes "
                            + mib + " MiB of memory, of " + (VipdConfig.Flows.MAX_CACHES_OCTETS >> 20)
                            + " that caches may have",
                    "give " + most + " at most");
        }
        return cache;
    }

    private static int roundedUp(int entries) {
        return Integer.highestOneBit(2 * entries - 1);
    }

    private VipdConfig.Flows flows(Fields flows, int workers) throws Refusal {
        int max = flows.number("max", 1 << 20, VipdConfig.Flows.MIN_MAX, VipdConfig.Flows.MAX_MAX);
        Fields timeouts = flows.mapping("timeouts", "syn", "established", "closing", "closed", "udp");
        VipdConfig.Timeouts ifAbsent = VipdConfig.Timeouts.DEFAULT;
        return new VipdConfig.Flows(
                max,
                cache(flows, max, workers),
                flows.number(
                        "newPerSecond",
                        VipdConfig.Flows.DEFAULT_NEW_PER_SECOND,
                        1,
                        VipdConfig.Flows.MAX_NEW_PER_SECOND),
                flows.number(
                        "maxAffinities",
                        VipdConfig.Flows.DEFAULT_MAX_AFFINITIES,
                        VipdConfig.Flows.MIN_MAX,
                        VipdConfig.Flows.MAX_MAX),
                new VipdConfig.Timeouts(
                        timeout(timeouts, "syn", ifAbsent.syn()),
                        timeout(timeouts, "established", ifAbsent.established()),
                        timeout(timeouts, "closing", ifAbsent.closing()),
                        timeout(timeouts, "closed", ifAbsent.closed()),
                        timeout(timeouts, "udp", ifAbsent.udp())));
    }

    private static VipdConfig.Icmp icmp(Fields icmp) throws Refusal {
        VipdConfig.Icmp ifAbsent = VipdConfig.Icmp.DEFAULT;
        VipdConfig.Echo echo = icmp.choice("echo", ECHO);
        return new VipdConfig.Icmp(
                echo == null ? ifAbsent.echo() : echo,
                icmp.number("rate", ifAbsent.rate(), 0, VipdConfig.Icmp.MAX_RATE));
    }

    private VipdConfig.@Nullable Trace trace(Fields fields) throws Refusal {
        if (!fields.has("trace")) {
            return null;
        }
        Fields trace = fields.mapping("trace", "directory", "packets");
        trace.required("directory");
        return new VipdConfig.Trace(
                path(trace, "directory", "/"),
                trace.number("packets", VipdConfig.Trace.DEFAULT_PACKETS, 1, VipdConfig.Trace.MAX_PACKETS));
    }

    private static Duration timeout(Fields timeouts, String key, Duration ifAbsent) throws Refusal {
        Located node = timeouts.get(key);
        return node == null ? ifAbsent : timeouts.duration(key, node, MIN_TIMEOUT, MAX_TIMEOUT);
    }
}
