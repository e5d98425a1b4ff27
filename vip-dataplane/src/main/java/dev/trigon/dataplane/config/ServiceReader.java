package dev.trigon.dataplane.config;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads services and backends: the services file, and the requests that add or change one. */
public final class ServiceReader {
    /** Least disturbed when a server comes or goes, and sure of a flow's server even where the flow is not remembered. */
    static final SchedulerKind DEFAULT_SCHEDULER = SchedulerKind.MAGLEV;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final String NO_TRANSLATION =
            "would translate ports, and with direct return the server must answer from the VIP's own port; let the server"
                    + " listen on the VIP's port and leave this out";
    private static final Map<String, String> TRANSLATION =
            Map.of("port", NO_TRANSLATION, "ports", NO_TRANSLATION, "targetPort", NO_TRANSLATION);

    private static final String[] PATCH_KEYS = {
        "vip",
        "protocol",
        "ports",
        "forward",
        "dscp",
        "scheduler",
        "affinity",
        "timeouts",
        "onePacket",
        "whenDown",
        AvailabilityPatch.WHEN_ALL_DOWN,
        AvailabilityPatch.SLOW_START,
        AvailabilityPatch.PASSIVE,
        "health"
    };
    private static final String[] SERVICE_KEYS = Stream.of(
                    Stream.of("name"), Arrays.stream(PATCH_KEYS), Stream.of("backends"))
            .flatMap(keys -> keys)
            .toArray(String[]::new);

    /** An address and a port: {@code 192.0.2.10:80}, {@code [2001:db8::10]:80}. */
    private static final Pattern WITH_PORT = Pattern.compile("[^:]*:[^:]*|\\[.*]:.*");

    private final Source source;

    private ServiceReader(Source source) {
        this.source = source;
    }

    /** The services file: {@code services: [ … ]}, nothing else at the top. */
    public static List<ServiceDraft> services(byte[] document, Source source) throws Refusal {
        Located root = DocumentReader.read(document, source);
        return new ServiceReader(source).services(Fields.of(source, root, "services"));
    }

    /** One entry of a services file by itself. */
    public static ServiceDraft service(byte[] document, Source source) throws Refusal {
        return new ServiceReader(source).service(DocumentReader.read(document, source));
    }

    public static BackendDraft backend(byte[] document, Source source) throws Refusal {
        return new ServiceReader(source).backend(DocumentReader.read(document, source));
    }

    public static ServicePatch servicePatch(byte[] document, Source source) throws Refusal {
        return new ServiceReader(source).patch(DocumentReader.read(document, source));
    }

    /** A backend's weight, state or part; to change its address is to add another. */
    public static BackendPatch backendPatch(byte[] document, Source source) throws Refusal {
        Located root = DocumentReader.read(document, source);
        Fields fields = Fields.of(source, root, TRANSLATION, "weight", "state", "backup");
        Located weight = fields.get("weight");
        if (weight == null && !fields.has("state") && !fields.has("backup")) {
            throw source.malformed(root, "it changes nothing", "give 'weight', 'state' or 'backup'");
        }
        return new BackendPatch(
                weight == null ? null : fields.number("weight", weight, 0, BackendSpec.MAX_WEIGHT),
                fields.choice("state", STATES),
                fields.flag("backup"));
    }

    List<ServiceDraft> services(Fields root) throws Refusal {
        root.required("services");
        List<ServiceDraft> services = new ArrayList<>();
        for (Located item : root.list("services")) {
            services.add(service(item));
        }
        return services;
    }

    private ServiceDraft service(Located node) throws Refusal {
        Fields fields = Fields.of(source, node, SERVICE_KEYS);
        String name = name(fields);
        InetAddress vip = address(fields.text("vip"), "vip");
        fields.required("protocol");
        Protocol protocol = Objects.requireNonNull(fields.choice("protocol", PROTOCOLS));
        List<PortRange> ports = ports(fields.required("ports"));
        ForwardMode forward = fields.choice("forward", FORWARD_MODES);
        SchedulerKind scheduler = fields.choice("scheduler", SCHEDULERS);
        FlowPolicy flows = flows(fields, protocol);
        List<BackendDraft> backends = new ArrayList<>();
        for (Located item : fields.list("backends")) {
            backends.add(backend(item));
        }
        return new ServiceDraft(
                name,
                vip,
                protocol,
                ports,
                forward == null ? ForwardMode.L2DSR : forward,
                dscp(fields),
                scheduler == null ? DEFAULT_SCHEDULER : scheduler,
                flows,
                availability(fields, protocol),
                new HealthPatchReader(source, fields).readWhole(),
                backends);
    }

    /** Of a service by itself, so that what is missing or has no meaning there is found at its line. */
    private FlowPolicy flows(Fields fields, Protocol protocol) throws Refusal {
        FlowPatch asked = new FlowPatchReader(source, fields).read();
        if (asked.affinity() != null && !asked.affinity().isWhole()) {
            throw source.malformed(fields.required("affinity"), "'time' is missing", "give it a value, such as 10m");
        }
        if (asked.whenDown() != null && protocol != Protocol.TCP) {
            throw source.invalid(
                    fields.required("whenDown"),
                    "'whenDown' is about TCP connections, and this is a " + protocol.label() + " service",
                    "leave it out: its flows move to another backend");
        }
        return asked.applyTo(FlowPolicy.DEFAULT);
    }

    private Availability availability(Fields fields, Protocol protocol) throws Refusal {
        Availability asked = AvailabilityPatch.read(source, fields).applyTo(Availability.DEFAULT);
        if (asked.passive() != null && protocol != Protocol.TCP) {
            throw source.invalid(
                    fields.required(AvailabilityPatch.PASSIVE),
                    "'passive' is about TCP handshakes, and this is a " + protocol.label() + " service",
                    "leave it out, and give 'health' to have the servers checked");
        }
        return asked;
    }

    private BackendDraft backend(Located node) throws Refusal {
        Fields fields = Fields.of(source, node, TRANSLATION, "name", "address", "weight", "state", "backup");
        String name = name(fields);
        InetAddress address = address(fields.text("address"), "address");
        BackendState state = fields.choice("state", STATES);
        return new BackendDraft(
                name,
                address,
                fields.number("weight", BackendSpec.DEFAULT_WEIGHT, 0, BackendSpec.MAX_WEIGHT),
                state == null ? BackendState.UP : state,
                Boolean.TRUE.equals(fields.flag("backup")));
    }

    private ServicePatch patch(Located node) throws Refusal {
        Fields fields = Fields.of(source, node, PATCH_KEYS);
        Located.Scalar vip = fields.optionalText("vip");
        Located ports = fields.get("ports");
        return new ServicePatch(
                vip == null ? null : address(vip, "vip"),
                fields.choice("protocol", PROTOCOLS),
                ports == null ? null : ports(ports),
                fields.choice("forward", FORWARD_MODES),
                dscp(fields),
                fields.choice("scheduler", SCHEDULERS),
                new FlowPatchReader(source, fields).read(),
                AvailabilityPatch.read(source, fields),
                new HealthPatchReader(source, fields).read());
    }

    private static @Nullable Integer dscp(Fields fields) throws Refusal {
        Located dscp = fields.get("dscp");
        return dscp == null ? null : fields.number("dscp", dscp, 1, 63);
    }

    private String name(Fields fields) throws Refusal {
        return name(source, fields.text("name"));
    }

    static String name(Source source, Located.Scalar name) throws Refusal {
        if (!NAME.matcher(name.text()).matches()) {
            throw source.invalid(
                    name,
                    "the name '" + name.text() + "' cannot be used",
                    "use up to 63 of a-z, 0-9, '-', '_' and '.', a letter or digit first");
        }
        return name.text();
    }

    private List<PortRange> ports(Located node) throws Refusal {
        List<String> items = new ArrayList<>();
        for (Located item : node instanceof Located.Sequence sequence ? sequence.items() : List.of(node)) {
            if (!(item instanceof Located.Scalar scalar)
                    || scalar.kind() == Located.Kind.BOOLEAN
                    || scalar.kind() == Located.Kind.NULL) {
                throw source.malformed(
                        item,
                        "'ports' has " + item.described() + " where a port is expected",
                        "give numbers, \"8000-8100\" or any");
            }
            items.add(scalar.text());
        }
        try {
            return Ports.parse(items);
        } catch (Ports.BadPorts e) {
            throw source.invalid(node, e.why(), e.remedy());
        }
    }

    private InetAddress address(Located.Scalar at, String key) throws Refusal {
        String text = at.text();
        String begin = "'" + key + "' is '" + text + "'";
        if (WITH_PORT.matcher(text).matches()) {
            String[] parts = NO_TRANSLATION.split("; ", 2);
            throw source.invalid(at, begin + ": the port " + parts[0], parts[1]);
        }
        try {
            return Addresses.ofHost(text);
        } catch (Addresses.BadAddress e) {
            throw source.invalid(at, begin + ", which " + e.why(), e.remedy());
        }
    }

    private static final Map<String, Protocol> PROTOCOLS = Fields.labels(Protocol.values(), Protocol::label);
    private static final Map<String, ForwardMode> FORWARD_MODES =
            Fields.labels(ForwardMode.values(), ForwardMode::label);
    private static final Map<String, SchedulerKind> SCHEDULERS =
            Fields.labels(SchedulerKind.values(), SchedulerKind::label);
    private static final Map<String, BackendState> STATES = Fields.labels(BackendState.values(), BackendState::label);
}
