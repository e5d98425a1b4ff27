package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VipctlIpv6Test {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = VipctlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldDoAllOfItInIpv6() {
        assertOut(
                rig.vipctl("service add web --vip 2001:DB8:F:0::10 --protocol tcp --port any --forward l3dsr"),
                "service web added: tcp 2001:db8:f::10 port any, l3dsr, dscp 3, maglev, 0 backends\n");
        assertOut(
                rig.vipctl("backend add web b1 --address 2001:db8:2:0::11"),
                "backend b1 of service web added: 2001:db8:2::11, weight 100\n");
        assertOut(
                rig.vipctl("service set web --vip 2001:db8:f::"),
                "service web set: tcp 2001:db8:f:: port any, l3dsr, dscp 3, maglev, 1 backend\n");
        assertOut(rig.vipctl("service list"), """
                NAME  VIP           PROTOCOL  PORTS  FORWARD  DSCP  SCHEDULER  BACKENDS  FLOWS
                web   2001:db8:f::  tcp       any    l3dsr       3  maglev            1      2
                """);
        assertOut(rig.vipctl("service show web"), """
                name         web
                vip          2001:db8:f::
                protocol     tcp
                ports        any
                forward      l3dsr
                dscp         3
                scheduler    maglev
                affinity     -
                timeouts     -
                onePacket    false
                whenDown     reset
                whenAllDown  open
                slowStart    -
                passive      -
                health       -

                SERVICE  NAME  ADDRESS         WEIGHT  STATE  FLOWS  PACKETS    BYTES
                web      b1    2001:db8:2::11     100  up         2       20  3.0 KiB
                """);
        assertFails(
                rig.vipctl("backend add web b2 --address 10.2.0.12"),
                1,
                "vipctl: backend 'b2' of service 'web': its address 10.2.0.12 is IPv4 and VIP 2001:db8:f:: is IPv6, and"
                        + " a packet keeps its family; give the server's IPv6 address, or make a service of an IPv4"
                        + " VIP\n");
        assertFails(
                rig.vipctl("service add other --vip fe80::1%eth0 --protocol tcp --port 80"),
                1,
                "vipctl: new service, field 'vip': 'vip' is 'fe80::1%eth0', which names a zone; give an address that"
                        + " holds on every link, without %\n");
    }
}
