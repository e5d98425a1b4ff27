package dev.trigon.cli;

import dev.trigon.dataplane.api.ExplainView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        header = "Say what would happen to a packet now, and why.",
        description =
                "Decided by the code that decides for packets, and rewritten by the code that rewrites them. Nothing is changed by asking.",
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
        session.print(reply, () -> print(session.read(reply, ExplainView.class)));
        return 0;
    }

    private void print(ExplainView found) {
        session.out().println(prose(found));
        if (found.backend() == null) {
            return;
        }
        if (found.whyDown() != null) {
            session.out().println("  its checks find it down: " + found.whyDown());
        }
        session.out().println("  " + way(found.nextHop()));
        if (found.after() != null) {
            session.out().println("  the frame of a first packet, as it arrives and as it leaves:");
            session.out().println("    " + found.before());
            session.out().println("    " + found.after());
        }
    }

    private static String way(ExplainView.@Nullable NextHop hop) {
        return hop == null
                ? "no next hop is known yet: its first packet waits while the kernel asks for one"
                : "it leaves by " + hop.interfaceName() + " to " + hop.mac()
                        + (hop.direct() ? ", the backend itself" : ", a router");
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
