package dev.trigon.cli;

import dev.trigon.dataplane.api.ExplainView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        header = "Say what would happen to a packet now, and why.",
        description = "Decided by the code that decides for packets. Nothing is changed by asking.",
        footer = {
            "",
            "Examples:",
            "  vipctl explain tcp 198.51.100.10:40000 203.0.113.10:80",
            "  vipctl explain tcp '[2001:db8:c::10]:40000' '[2001:db8:f::10]:80'"
        })
final class Explain implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "PROTO", description = "tcp or udp.")
    private String protocol = "";

    @Parameters(index = "1", paramLabel = "SRC:PORT", description = "The client; IPv6 in brackets.")
    private String client = "";

    @Parameters(index = "2", paramLabel = "DST:PORT", description = "The VIP; IPv6 in brackets.")
    private String vip = "";

    Explain(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("explain") + "?protocol=" + Session.escaped(protocol) + "&client="
                + Session.escaped(client) + "&vip=" + Session.escaped(vip));
        session.print(reply, () -> session.out().println(prose(session.read(reply, ExplainView.class))));
        return 0;
    }

    private static String prose(ExplainView found) {
        String detail = found.detail() == null ? "" : " (" + found.detail() + ")";
        String packet = found.protocol() + " " + found.client() + " -> " + found.vip();
        if (found.backend() == null) {
            return packet + " goes to no backend: " + why(found) + detail;
        }
        return packet + " goes to " + found.backend() + " (" + found.address() + ") of service " + found.service()
                + ": " + why(found) + detail;
    }

    private static String why(ExplainView found) {
        return switch (found.reason()) {
            case "flow" -> "the flow is remembered";
            case "affinity" -> "a new flow, and its client is remembered";
            case "hash" -> "a new flow, and its hash chooses this backend";
            case "schedule" -> "a new flow, and the scheduler would choose this backend now";
            case "no-service" -> "no service has this VIP, protocol and port";
            case "no-backend" -> "service " + found.service() + " has no backend that takes new flows";
            default -> found.reason();
        };
    }
}
