package dev.trigon.cli;

import com.fasterxml.jackson.core.JsonToken;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.FlowCountView;
import dev.trigon.dataplane.api.FlowSelectionEntry;
import dev.trigon.dataplane.api.FlushedView;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "flush",
        header = "Forget flows.",
        description =
                "The next packet of each is placed as a new flow's: where that is another server, a TCP connection breaks. Those that fit every option given; one option is needed.",
        footer = {
            "",
            "Examples:",
            "  vipctl flows flush --service web --backend b1",
            "  vipctl flows flush --client 2001:db8:c::/64 --state closing",
            "  vipctl flows flush --tuple \"tcp 198.51.100.10:40000 203.0.113.10:80\"",
            "  vipctl flows flush --all"
        })
final class FlowsFlush implements Callable<Integer> {
    private final Session session;

    @Option(names = "--all", description = "All flows of all services.")
    private boolean all;

    @Mixin
    private FlowSelectionOptions which = new FlowSelectionOptions();

    @Option(
            names = "--tuple",
            paramLabel = "FLOW",
            description = "Only this one: protocol, client and VIP, as `vipctl flows list` shows them.")
    private @Nullable String tuple;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    FlowsFlush(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        FlowSelectionEntry selection = new FlowSelectionEntry(
                all ? true : null, which.service, which.backend, which.client, which.state, which.protocol, tuple);
        confirmation.ask(session, "forgets", "", this::chosen);
        ControlReply reply = session.send("POST", Session.path("flows", "flush"), selection);
        session.print(
                reply,
                () -> session.out()
                        .println(Human.count(
                                        session.read(reply, FlushedView.class).flushed(), "flow") + " flushed"));
        return 0;
    }

    /** Of no selection vipd says what is wrong with it. */
    private long chosen() {
        if (all) {
            return session.read(session.get(Session.path("flows", "count")), FlowCountView.class)
                    .active();
        }
        List<String> query = which.query();
        if (tuple != null || query.isEmpty()) {
            return tuple == null ? 0 : 1;
        }
        query.add(ControlApi.LIMIT_PARAMETER + "=" + Confirmation.MOST_COUNTED);
        AtomicLong count = new AtomicLong();
        session.list(Session.path("flows") + "?" + String.join("&", query), (head, list) -> {
            while (list.nextToken() != JsonToken.END_ARRAY) {
                list.skipChildren();
                count.incrementAndGet();
            }
        });
        return count.get();
    }
}
