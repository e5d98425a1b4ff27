package dev.trigon.systemtests.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A host of the lab: a network namespace that commands run in. */
public final class Host {
    private final String name;
    private final String namespace;
    private final Path logs;
    private int started;

    Host(String name, String namespace, Path logs) {
        this.name = name;
        this.namespace = namespace;
        this.logs = logs;
    }

    public String name() {
        return name;
    }

    String namespace() {
        return namespace;
    }

    /** For what its programs read and write. */
    Path directory() {
        return logs;
    }

    /** Runs a command to its end, well or not. */
    public Output run(String... command) {
        return Output.of(Map.of(), inside(List.of(command)));
    }

    /** What a command prints that must succeed. */
    public String ask(String... command) {
        return run(command).orFail().out();
    }

    /** Runs lines of shell that must succeed. */
    public String shell(String lines) {
        return ask("sh", "-ec", lines);
    }

    public Program start(String... command) {
        return start("%s-%s-%d".formatted(name, Path.of(command[0]).getFileName(), ++started), List.of(command));
    }

    /** @param log programs of one name share a log */
    Program start(String log, List<String> command) {
        return Program.start(log, logs.resolve(log + ".log"), inside(command));
    }

    /** The sum of the kernel's counters whose names match, as nstat shows them. */
    public long kernelCounter(String names) {
        return Pattern.compile("^(?:" + names + ")\\s+(\\d+)", Pattern.MULTILINE)
                .matcher(ask("nstat", "-asz"))
                .results()
                .mapToLong(it -> Long.parseLong(it.group(1)))
                .sum();
    }

    public String mac(String device) {
        return ask("cat", "/sys/class/net/" + device + "/address").strip();
    }

    /** What must be the same before a program started and after it stopped. */
    public HostState state() {
        return HostState.of(this::ask);
    }

    private List<String> inside(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(command);
        return all;
    }
}
