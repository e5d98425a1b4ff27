package dev.trigon.agent;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code vip-agent run}: sets everything, watches over it, and puts it back at the end. */
@Command(
        name = "run",
        description = {
            "Puts the VIPs on lo and keeps the host so, in the foreground.",
            "SIGTERM and SIGINT put everything back as it was. After a crash the next run adopts what is there."
        })
final class RunCommand implements Callable<Integer> {
    private static final long CHECK_INTERVAL_MS = 2_000;
    /** Longer than `vip-agent status` looks at the lock, and than an agent that is stopped takes to release it. */
    private static final long LOCK_TIMEOUT_MS = 500;

    @Option(
            names = "--vip",
            required = true,
            paramLabel = "IP",
            converter = VipConverter.class,
            description = "A virtual address that this host is to answer for. May be repeated.")
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private List<InetAddress> vips;

    @Option(
            names = "--forward",
            paramLabel = "MODE",
            defaultValue = "l2dsr",
            converter = ForwardConverter.class,
            description = "How vipd forwards: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private ForwardMode forward;

    @Option(
            names = "--dscp",
            paramLabel = "N",
            description = "l3dsr: the DSCP code that vipd gives a VIP's packets, 1 to 63. One a --vip, in their order.")
    private List<Integer> dscp = new ArrayList<>();

    @Option(
            names = "--interface",
            paramLabel = "DEV",
            description = "Where packets for the VIPs arrive (default: where the default route leads).")
    private @Nullable String interfaceName;

    @Mixin
    private StateOption state = new StateOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Vip> marked = markedVips();
        StateDirectory directory = state.open("run");
        StopSignal signal = StopSignal.install();
        int status = ExitCode.SOFTWARE;
        try (Kernel kernel = new Kernel()) {
            directory.create();
            AgentLock lock = lock(directory);
            try {
                status = runUntil(signal, kernel, directory, marked);
            } finally {
                lock.close();
            }
        } finally {
            signal.finish(status);
        }
        return status;
    }

    private int runUntil(StopSignal signal, Kernel kernel, StateDirectory directory, List<Vip> marked) {
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        Configuration configuration = configuration(kernel, marked);
        if (forward == ForwardMode.L3DSR) {
            kernel.nft().requireInstalled();
        }
        new HostCheck(kernel.links(), kernel.addresses(), kernel.ipv6Support()).check(configuration);
        Agent agent = Agent.start(kernel, directory, configuration);
        log.info("ready: {} on {} for {}", forward, configuration.interfaceName(), describe(marked));
        while (!signal.awaitMs(CHECK_INTERVAL_MS)) {
            agent.repair();
        }
        log.info("stopping");
        agent.putBack();
        return ExitCode.OK;
    }

    private static AgentLock lock(StateDirectory directory) {
        return AgentLock.acquire(directory.lock(), LOCK_TIMEOUT_MS)
                .orElseThrow(() -> new Refusal(
                        "run",
                        "an agent already runs with this state, pid "
                                + AgentLock.holder(directory.lock())
                                        .map(String::valueOf)
                                        .orElse("unknown"),
                        "stop it, or name another directory with --state"));
    }

    private Configuration configuration(Kernel kernel, List<Vip> marked) {
        String name = interfaceName != null
                ? interfaceName
                : kernel.defaultInterface(marked.get(0).family())
                        .orElseThrow(() -> new Refusal(
                                "run",
                                "no " + marked.get(0).family() + " default route says where packets for the VIP arrive",
                                "name the interface with --interface"));
        return new Configuration(marked, forward, name);
    }

    private static String describe(List<Vip> marked) {
        List<String> texts = new ArrayList<>();
        for (Vip vip : marked) {
            texts.add(vip.dscp() == Vip.NO_DSCP ? vip.text() : vip.text() + " (dscp " + vip.dscp() + ")");
        }
        return String.join(", ", texts);
    }

    private List<Vip> markedVips() {
        if (new HashSet<>(vips).size() != vips.size()) {
            throw wrong("--vip: an address is named twice");
        }
        if (forward == ForwardMode.L2DSR && !dscp.isEmpty()) {
            throw wrong("--dscp: l2dsr marks nothing: leave it out, or add --forward l3dsr");
        }
        if (forward == ForwardMode.L3DSR) {
            checkDscp();
        }
        List<Vip> marked = new ArrayList<>();
        for (int i = 0; i < vips.size(); i++) {
            marked.add(new Vip(vips.get(i), dscp.isEmpty() ? Vip.NO_DSCP : dscp.get(i)));
        }
        if (forward == ForwardMode.L3DSR) {
            checkDistinct(marked);
        }
        return marked;
    }

    private void checkDistinct(List<Vip> marked) {
        for (IpFamily family : IpFamily.values()) {
            List<Integer> codes = marked.stream()
                    .filter(vip -> vip.family() == family)
                    .map(Vip::dscp)
                    .toList();
            if (new HashSet<>(codes).size() != codes.size()) {
                throw wrong("--dscp: two " + family + " VIPs with one code could not be told apart");
            }
        }
    }

    private void checkDscp() {
        if (dscp.size() != vips.size()) {
            throw wrong("--dscp: l3dsr needs one for each --vip: " + vips.size() + " VIPs, " + dscp.size() + " codes");
        }
        for (int code : dscp) {
            if (code < 1 || code > Vip.MAX_DSCP) {
                throw wrong("--dscp " + code + ": not a code of 1 to " + Vip.MAX_DSCP);
            }
        }
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    static final class ForwardConverter implements ITypeConverter<ForwardMode> {
        @Override
        public ForwardMode convert(String text) {
            try {
                return ForwardMode.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** An address that can be a VIP. */
    static final class VipConverter implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            InetAddress address;
            try {
                address = IpLiteral.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
            boolean ipv4 = address instanceof Inet4Address;
            boolean broadcast = ipv4 && Byte.toUnsignedInt(address.getAddress()[0]) >= 240;
            boolean onLinkOnly = !ipv4 && address.isLinkLocalAddress();
            if (address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || address.isMulticastAddress()
                    || broadcast
                    || onLinkOnly) {
                throw new TypeConversionException("no unicast address that clients could reach: " + text);
            }
            return address;
        }
    }
}
