package dev.trigon.systemtests.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a program may not leave behind in a network namespace, as the system's own tools show it. */
public record HostState(Map<String, String> byCommand) {
    private static final List<String> COMMANDS = List.of(
            "ip -oneline link show",
            "ip -4 -oneline address show",
            "ip -4 route show table all",
            "ip -4 rule show",
            "ip -6 -oneline address show",
            "ip -6 route show table all",
            "ip -6 rule show",
            "nft --stateless list ruleset",
            "sysctl -a --pattern '^net\\.(ipv4|ipv6|core)\\.'",
            // features, such as the GRO that a capture cannot have
            "for d in /sys/class/net/*; do ethtool -k ${d##*/} 2>/dev/null || true; done");

    /** All by one shell: to enter a namespace takes longer than most of these. */
    static HostState of(Function<String[], String> ask) {
        String lines = String.join("\nprintf '\\000'\n", COMMANDS);
        String[] texts = ask.apply(new String[] {"sh", "-ec", lines}).split("\0", -1);
        if (texts.length != COMMANDS.size()) {
            throw new IllegalStateException(texts.length + " answers to " + COMMANDS.size() + " commands");
        }
        Map<String, String> shown = new LinkedHashMap<>();
        for (int i = 0; i < texts.length; i++) {
            shown.put(COMMANDS.get(i), texts[i]);
        }
        return new HostState(shown);
    }

    /** The root namespace's, where nothing at all may change. */
    static HostState ofMachine() {
        return of(command -> Output.of(Map.of(), List.of(command)).orFail().out());
    }

    /** Each line that came or went since then; none if nothing changed. */
    public List<String> changesSince(HostState before) {
        List<String> changes = new ArrayList<>();
        byCommand.forEach((command, now) -> {
            List<String> then =
                    before.byCommand.getOrDefault(command, "").lines().toList();
            List<String> lines = now.lines().toList();
            then.stream().filter(it -> !lines.contains(it)).map(it -> "- " + it).forEach(changes::add);
            lines.stream().filter(it -> !then.contains(it)).map(it -> "+ " + it).forEach(changes::add);
        });
        return changes;
    }
}
