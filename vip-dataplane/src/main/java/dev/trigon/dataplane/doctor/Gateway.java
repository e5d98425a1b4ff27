package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The running vipd, as checks see it. Any thread. */
public interface Gateway {
    /** In force. */
    List<ServiceSpec> services();

    /** In force, by its id; null: there is none. */
    @Nullable
    Backend backend(int id);

    DataPath dataPath();

    /** As vipd.yaml has it. */
    VipdConfig.Engine wantedEngine();

    /** How many clients are remembered for affinity, and how many can be. */
    Fill clients();

    /** The state directory. */
    Path state();

    /** Which of these VIPs, none an address of the gateway, have no guard against its own stack. */
    Set<InetAddress> unguarded(Set<InetAddress> vips);

    /** rtm_protocol of the routes that guard. */
    int guardProtocol();

    /** What is wrong with the rules that guard VIPs which are addresses of the gateway; null: nothing. */
    @Nullable
    String portGuardFault();

    /** Puts every guard back that is missing. */
    void repairGuards();

    /** Switches off what is in the way on the interfaces that VIP traffic arrives at. */
    void switchOffOffloads();

    record Fill(long active, long max) {}
}
