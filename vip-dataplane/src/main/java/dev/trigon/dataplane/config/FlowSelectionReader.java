package dev.trigon.dataplane.config;

import dev.trigon.conntrack.FlowState;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads which flows are meant, from a query or from the body of a request. */
public final class FlowSelectionReader {
    private static final Source REQUEST = Source.request("flows");
    private static final Map<String, FlowState> STATES = Fields.labels(FlowState.values(), FlowState::label);
    private static final Map<String, Protocol> PROTOCOLS = Fields.labels(Protocol.values(), Protocol::label);

    private final Fields fields;

    private FlowSelectionReader(Fields fields) {
        this.fields = fields;
    }

    /** What of a query says which flows are meant; the rest is for others. */
    public static FlowSelection query(Map<String, String> query) throws Refusal {
        String[] known = {"service", "backend", "client", "state", "protocol"};
        Map<String, Located.Member> members = new LinkedHashMap<>();
        for (String key : known) {
            String text = query.get(key);
            if (text != null) {
                Located value = new Located.Scalar(0, key, Located.Kind.TEXT, text);
                members.put(key, new Located.Member(0, value));
            }
        }
        return new FlowSelectionReader(Fields.of(REQUEST, new Located.Mapping(0, "", members), known)).selection();
    }

    /** Which flows to make unknown: all must be asked for by that word. */
    public static FlowSelection flush(byte[] body) throws Refusal {
        Located root = DocumentReader.read(body, REQUEST);
        Fields fields = Fields.of(REQUEST, root, "all", "service", "backend", "client", "state", "protocol", "tuple");
        FlowSelection selection = new FlowSelectionReader(fields).selection();
        boolean all = Boolean.TRUE.equals(fields.flag("all"));
        if (all && !selection.equals(FlowSelection.ALL)) {
            throw REQUEST.invalid(root, "all of them are asked for, and some of them", "ask for one of the two");
        }
        if (!all && selection.equals(FlowSelection.ALL)) {
            throw REQUEST.invalid(
                    root,
                    "nothing says which flows are meant",
                    "name a service, backend, client, state or tuple, or say --all");
        }
        return selection;
    }

    private FlowSelection selection() throws Refusal {
        FlowState state = fields.choice("state", STATES);
        return new FlowSelection(
                text("service"),
                text("backend"),
                client(),
                state == null ? null : state.label(),
                fields.choice("protocol", PROTOCOLS),
                tuple());
    }

    private @Nullable String text(String key) throws Refusal {
        Located.Scalar value = fields.optionalText(key);
        return value == null ? null : value.text();
    }

    private @Nullable Prefix client() throws Refusal {
        Located.Scalar value = fields.optionalText("client");
        try {
            return value == null ? null : Prefix.parse(value.text());
        } catch (Prefix.BadPrefix e) {
            throw REQUEST.invalid(
                    fields.required("client"), "'client' is '" + text("client") + "', which " + e.why(), e.remedy());
        }
    }

    private FlowSelection.@Nullable Tuple tuple() throws Refusal {
        Located.Scalar value = fields.optionalText("tuple");
        if (value == null) {
            return null;
        }
        String[] parts = value.text().strip().split(" +", -1);
        Protocol protocol = PROTOCOLS.get(parts[0]);
        Optional<Endpoint> client = parts.length == 3 ? Endpoint.parse(parts[1]) : Optional.empty();
        Optional<Endpoint> vip = parts.length == 3 ? Endpoint.parse(parts[2]) : Optional.empty();
        boolean oneFamily = client.isPresent()
                && vip.isPresent()
                && Addresses.family(client.get().address())
                        .equals(Addresses.family(vip.get().address()));
        if (protocol == null || !oneFamily) {
            throw REQUEST.invalid(
                    value,
                    "'tuple' is '" + value.text() + "'",
                    "give protocol, client and VIP of one family, such as \"tcp 198.51.100.10:40000 203.0.113.10:80\"");
        }
        return new FlowSelection.Tuple(protocol, client.get(), vip.get());
    }
}
