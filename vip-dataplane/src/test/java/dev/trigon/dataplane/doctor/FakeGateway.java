package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.control.FakeDataPath;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A vipd with one interface, eth0, and the services of a test. */
final class FakeGateway implements Gateway {
    static final int PROTOCOL = 84;

    final List<ServiceSpec> services = new ArrayList<>();
    final FakeDataPath dataPath = new FakeDataPath();
    final Set<InetAddress> unguarded = new HashSet<>();
    VipdConfig.Engine wantedEngine = VipdConfig.Engine.PCAP;
    Fill clients = new Fill(1, 1_000);

    @Nullable
    String portGuardFault;

    int repairs;
    int offloadsSwitchedOff;

    static FakeGateway with(ServiceSpec... services) {
        FakeGateway gateway = new FakeGateway();
        gateway.services.addAll(List.of(services));
        return gateway;
    }

    @Override
    public List<ServiceSpec> services() {
        return services;
    }

    @Override
    public @Nullable Backend backend(int id) {
        return null;
    }

    @Override
    public DataPath dataPath() {
        return dataPath;
    }

    @Override
    public VipdConfig.Engine wantedEngine() {
        return wantedEngine;
    }

    @Override
    public Fill clients() {
        return clients;
    }

    @Override
    public Path state() {
        return Path.of("/var/lib/trigon");
    }

    @Override
    public Set<InetAddress> unguarded(Set<InetAddress> vips) {
        Set<InetAddress> those = new HashSet<>(vips);
        those.retainAll(unguarded);
        return those;
    }

    @Override
    public int guardProtocol() {
        return PROTOCOL;
    }

    @Override
    public @Nullable String portGuardFault() {
        return portGuardFault;
    }

    @Override
    public void repairGuards() {
        repairs++;
        unguarded.clear();
        portGuardFault = null;
    }

    @Override
    public void switchOffOffloads() {
        offloadsSwitchedOff++;
    }
}
