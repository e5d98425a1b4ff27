package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.fuzz.Input;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.TimeoutOverrides;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What operators write: vipd.yaml, services files, the bodies of requests, durations and addresses. A document is refused in
 * one printable line, or is read and then keeps every bound that the rest of vipd relies on.
 *
 * <p>An input is an octet that says what it is read as, and the text.
 */
public final class ConfigTarget implements FuzzTarget {
    private static final int REQUEST = 0x80;
    private static final int LONGEST_MESSAGE = 3 * 1_000 + 4 + 3 * 2;
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]*");
    private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,63}");
    private static final Duration WEEK = Duration.ofDays(7);

    private final Set<String> met = new TreeSet<>();

    private interface Reading {
        void read(byte[] text, Source source) throws Refusal;
    }

    private final List<Reading> readings = List.of(
            (text, source) -> ServiceReader.services(text, source).forEach(ConfigTarget::check),
            (text, source) -> check(ServiceReader.service(text, source)),
            (text, source) -> check(ServiceReader.backend(text, source)),
            (text, source) -> check(ServiceReader.servicePatch(text, source)),
            (text, source) -> check(ServiceReader.backendPatch(text, source)),
            (text, source) -> check(VipdConfigFile.parse(text, source.name())),
            (text, source) -> readDuration(new String(text, StandardCharsets.UTF_8)),
            (text, source) -> readAddress(new String(text, StandardCharsets.UTF_8)));

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        ConfigSeeds.documents().forEach((kind, texts) -> {
            for (String text : texts) {
                seeds.add(seed(kind, text));
                seeds.add(seed(kind | REQUEST, text));
            }
        });
        return seeds;
    }

    private static byte[] seed(int kind, String text) {
        return ((char) kind + text).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void accept(byte[] octets) {
        Input input = new Input(octets);
        int how = input.octet();
        int kind = (how & ~REQUEST) % readings.size();
        Source source = (how & REQUEST) == 0 ? Source.file("a file") : Source.request("a request");
        try {
            readings.get(kind).read(input.rest(), source);
            met.add(kind + " read");
        } catch (Refusal e) {
            String message = String.valueOf(e.getMessage());
            Expect.that(PRINTABLE.matcher(message).matches(), "a message that a terminal would obey");
            Expect.that(message.length() <= LONGEST_MESSAGE, "a message of " + message.length() + " characters");
            Expect.that(!e.why().isEmpty() && !e.remedy().isEmpty(), "a refusal without a reason or a remedy");
            met.add(kind + " refused");
        }
    }

    private static void check(ServiceDraft service) {
        Expect.that(NAME.matcher(service.name()).matches(), "a service's name");
        checkAddress(service.vip());
        checkPorts(service.ports());
        checkDscp(service.dscp());
        check(service.flows());
        service.backends().forEach(ConfigTarget::check);
    }

    private static void check(FlowPolicy flows) {
        Affinity affinity = flows.affinity();
        if (affinity != null) {
            checkWithinAWeek(affinity.time());
            Expect.that(affinity.prefix4() >= 0 && affinity.prefix4() <= 32, "an IPv4 prefix");
            Expect.that(affinity.prefix6() >= 0 && affinity.prefix6() <= 128, "an IPv6 prefix");
            Expect.that(
                    affinity.group() == null || NAME.matcher(affinity.group()).matches(), "a group's name");
        }
        TimeoutOverrides own = flows.timeouts();
        Stream.of(own.syn(), own.established(), own.closing(), own.closed(), own.udp())
                .filter(Objects::nonNull)
                .forEach(ConfigTarget::checkWithinAWeek);
    }

    private static void checkWithinAWeek(Duration time) {
        Expect.that(time.toMillis() >= 1_000 && time.compareTo(WEEK) <= 0, "a time of 1s to 168h");
    }

    private static void check(ServicePatch patch) {
        check(patch.flows().applyTo(FlowPolicy.DEFAULT));
        if (patch.vip() != null) {
            checkAddress(patch.vip());
        }
        if (patch.ports() != null) {
            checkPorts(patch.ports());
        }
        checkDscp(patch.dscp());
    }

    private static void check(BackendPatch patch) {
        Expect.that(patch.weight() != null || patch.state() != null, "a change");
        if (patch.weight() != null) {
            checkWeight(patch.weight());
        }
    }

    private static void checkDscp(Integer code) {
        Expect.that(code == null || (code >= 1 && code <= 63), "a DSCP code");
    }

    private static void check(BackendDraft backend) {
        Expect.that(NAME.matcher(backend.name()).matches(), "a backend's name");
        checkAddress(backend.address());
        checkWeight(backend.weight());
    }

    private static void checkWeight(int weight) {
        Expect.that(weight >= 0 && weight <= BackendSpec.MAX_WEIGHT, "a weight");
    }

    private static void checkAddress(InetAddress address) {
        boolean one = !address.isAnyLocalAddress()
                && !address.isMulticastAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress();
        Expect.that(one, "an address of no one host: " + address);
    }

    private static void checkPorts(List<PortRange> ports) {
        int free = 1;
        for (PortRange range : ports) {
            Expect.that(range.first() >= free && range.first() <= range.last(), "ports in order, each once");
            free = range.last() + 1;
        }
        Expect.that(free > 1 && free <= 65_536, "ports that there are");
    }

    private static void check(VipdConfig config) {
        Expect.that(!config.interfaces().isEmpty(), "interfaces");
        Expect.that(config.workers() >= VipdConfig.WORKERS_AUTO && config.workers() <= 1_024, "workers");
        Expect.that(config.cpus().stream().allMatch(cpu -> cpu >= 0 && cpu < 8_192), "CPUs");
        for (String name : config.interfaces()) {
            Expect.that(name.length() <= 15 && name.indexOf('/') < 0 && !name.isBlank(), "an interface's name");
        }
        Expect.that(config.socket().isAbsolute() && config.state().isAbsolute(), "absolute paths");
        VipdConfig.Timeouts timeouts = config.flows().timeouts();
        for (Duration timeout : List.of(timeouts.syn(), timeouts.established(), timeouts.closing(), timeouts.udp())) {
            Expect.that(timeout.toMillis() >= 100 && timeout.compareTo(WEEK) <= 0, "a timeout");
        }
        long flows = config.flows().max();
        Expect.that(flows >= 1_024 && flows <= 16_777_216, "how many flows");
        Expect.that(config.icmp().rate() >= 0 && config.icmp().rate() <= 1_000_000, "a rate");
        if (config.faults() != null) {
            double loss = config.faults().loss();
            Expect.that(loss >= 0 && loss <= 1, "a chance");
        }
    }

    private void readDuration(String text) {
        Durations.parse(text).ifPresent(duration -> {
            Expect.same(Optional.of(duration), Durations.parse(Durations.format(duration)), "a duration read again");
            met.add("duration");
        });
    }

    private void readAddress(String text) {
        Addresses.parse(text).ifPresent(address -> {
            String written = Addresses.format(address);
            Expect.same(Optional.of(address), Addresses.parse(written), "an address read again");
            Expect.that(Addresses.format(address, 80).endsWith(":80"), "an address with a port");
            met.add("address");
        });
    }

    @Override
    public void assertReach() {
        List<String> expected = new ArrayList<>(List.of("duration", "address", "6 read", "7 read"));
        for (int kind = 0; kind < 6; kind++) {
            expected.add(kind + " read");
            expected.add(kind + " refused");
        }
        assertThat(met).containsExactlyInAnyOrderElementsOf(expected);
    }
}
