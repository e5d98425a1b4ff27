package dev.trigon.dataplane.config;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads services and backends: the services file, and the requests that add or change one. */
public final class ServiceReader {
    /** Least disturbed when a server comes or goes, and sure of a flow's server even where the flow is not remembered. */
    static final SchedulerKind DEFAULT_SCHEDULER = SchedulerKind.MAGLEV;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final String NOT_YET = "is not there yet; leave it out";
    private static final Map<String, String> LATER = Map.of("affinity", NOT_YET, "health", NOT_YET);
    private static final String NO_TRANSLATION =
            "would translate ports, and with direct return the server must answer from the VIP's own port; let the server"
                    + " listen on the VIP's port and leave this out";
    private static final Map<String, String> TRANSLATION =
            Map.of("port", NO_TRANSLATION, "ports", NO_TRANSLATION, "targetPort", NO_TRANSLATION);

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

    /** A backend's new weight, all of it that can be changed. */
    public static int weight(byte[] document, Source source) throws Refusal {
        Fields fields = Fields.of(source, DocumentReader.read(document, source), TRANSLATION, "weight");
        return fields.number("weight", fields.required("weight"), 0, BackendSpec.MAX_WEIGHT);
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
        Fields fields = Fields.of(
                source, node, LATER, "name", "vip", "protocol", "ports", "forward", "dscp", "scheduler", "backends");
        String name = name(fields);
        InetAddress vip = address(fields.text("vip"), "vip");
        fields.required("protocol");
        Protocol protocol = Objects.requireNonNull(fields.choice("protocol", PROTOCOLS));
        List<PortRange> ports = ports(fields.required("ports"));
        ForwardMode forward = fields.choice("forward", FORWARD_MODES);
        SchedulerKind scheduler = fields.choice("scheduler", SCHEDULERS);
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
                backends);
    }

    private BackendDraft backend(Located node) throws Refusal {
        Fields fields = Fields.of(source, node, TRANSLATION, "name", "address", "weight");
        String name = name(fields);
        InetAddress address = address(fields.text("address"), "address");
        return new BackendDraft(
                name, address, fields.number("weight", BackendSpec.DEFAULT_WEIGHT, 0, BackendSpec.MAX_WEIGHT));
    }

    private ServicePatch patch(Located node) throws Refusal {
        Fields fields = Fields.of(source, node, LATER, "vip", "protocol", "ports", "forward", "dscp", "scheduler");
        Located.Scalar vip = fields.optionalText("vip");
        Located ports = fields.get("ports");
        return new ServicePatch(
                vip == null ? null : address(vip, "vip"),
                fields.choice("protocol", PROTOCOLS),
                ports == null ? null : ports(ports),
                fields.choice("forward", FORWARD_MODES),
                dscp(fields),
                fields.choice("scheduler", SCHEDULERS));
    }

    private static @Nullable Integer dscp(Fields fields) throws Refusal {
        Located dscp = fields.get("dscp");
        return dscp == null ? null : fields.number("dscp", dscp, 1, 63);
    }

    private String name(Fields fields) throws Refusal {
        Located.Scalar name = fields.text("name");
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
}
