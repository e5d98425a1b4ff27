package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import java.net.Inet4Address;
import java.util.List;

/** Values that several tests begin with. */
final class Examples {
    static final Inet4Address VIP = Ipv4Literal.parse("203.0.113.10");
    static final Inet4Address OTHER_VIP = Ipv4Literal.parse("203.0.113.11");
    static final Inet4Address OWN = Ipv4Literal.parse("10.2.0.11");

    static final Configuration L2DSR = new Configuration(List.of(new Vip(VIP, Vip.NO_DSCP)), ForwardMode.L2DSR, "eth0");
    static final Configuration L3DSR =
            new Configuration(List.of(new Vip(VIP, 5), new Vip(OTHER_VIP, 46)), ForwardMode.L3DSR, "eth0");

    static final Item VIP_ON_LO = new Item.VipAddress(VIP);
    static final Item RULES = new Item.Rules();
    static final Item ARP_IGNORE = setting("arp_ignore");

    private Examples() {}

    static Item setting(String name) {
        return new Item.Setting(Sysctl.ipv4Interface("eth0", name));
    }

    static Item settingOfAll(String name) {
        return new Item.Setting(Sysctl.ipv4Interface("all", name));
    }
}
