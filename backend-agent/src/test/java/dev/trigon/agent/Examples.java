package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import java.net.InetAddress;
import java.util.List;

/** Values that several tests begin with. */
final class Examples {
    static final InetAddress VIP = IpLiteral.parse("203.0.113.10");
    static final InetAddress OTHER_VIP = IpLiteral.parse("203.0.113.11");
    static final InetAddress VIP6 = IpLiteral.parse("2001:db8:f::10");
    static final InetAddress OTHER_VIP6 = IpLiteral.parse("2001:db8:f::11");
    static final InetAddress OWN = IpLiteral.parse("10.2.0.11");
    static final InetAddress OWN6 = IpLiteral.parse("2001:db8:2::11");
    static final InetAddress OWN_LINK_LOCAL = IpLiteral.parse("fe80::11");

    static final Configuration L2DSR = new Configuration(List.of(new Vip(VIP, Vip.NO_DSCP)), ForwardMode.L2DSR, "eth0");
    static final Configuration L2DSR6 =
            new Configuration(List.of(new Vip(VIP6, Vip.NO_DSCP)), ForwardMode.L2DSR, "eth0");
    static final Configuration L3DSR =
            new Configuration(List.of(new Vip(VIP, 5), new Vip(OTHER_VIP, 46)), ForwardMode.L3DSR, "eth0");
    static final Configuration L3DSR_MIXED = new Configuration(
            List.of(new Vip(VIP, 5), new Vip(VIP6, 5), new Vip(OTHER_VIP6, 46)), ForwardMode.L3DSR, "eth0");

    static final Item VIP_ON_LO = new Item.VipAddress(VIP);
    static final Item RULES = new Item.Rules(IpFamily.IPV4);
    static final Item RULES6 = new Item.Rules(IpFamily.IPV6);
    static final Item ARP_IGNORE = setting("arp_ignore");

    private Examples() {}

    static Item setting(String name) {
        return new Item.Setting(Sysctl.ipv4Interface("eth0", name));
    }

    static Item settingOfAll(String name) {
        return new Item.Setting(Sysctl.ipv4Interface("all", name));
    }
}
