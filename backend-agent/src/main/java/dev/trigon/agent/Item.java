package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import java.net.InetAddress;

/** One thing of the kernel that the agent sets, and puts back. Each has a value, as text. */
sealed interface Item {
    /** The value of what is not there: an address, a table, or the setting of an interface that is gone. */
    String ABSENT = "absent";

    /** The value of an address that is there. */
    String PRESENT = "present";

    /** Names it in the state file. */
    String id();

    /** Names it to people. */
    String title();

    /** A kernel setting; its value is the setting's. */
    record Setting(Sysctl sysctl) implements Item {
        static final String KIND = "sysctl";

        @Override
        public String id() {
            return KIND + "/" + sysctl.name();
        }

        @Override
        public String title() {
            return sysctl.name();
        }
    }

    /** A VIP on lo; {@link #PRESENT} or {@link #ABSENT}. */
    record VipAddress(InetAddress address) implements Item {
        static final String KIND = "address";

        @Override
        public String id() {
            return KIND + "/" + IpLiteral.text(address);
        }

        @Override
        public String title() {
            return IpLiteral.text(address) + "/" + prefixLength() + " on lo";
        }

        int prefixLength() {
            return IpFamily.of(address).addressBits();
        }
    }

    /** The nftables table that L3DSR needs in a family; its value is the table as nft lists it, or takes it. */
    record Rules(IpFamily family) implements Item {
        static final String KIND = "nft";
        static final String KIND_IPV6 = "nft6";

        @Override
        public String id() {
            return (family == IpFamily.IPV4 ? KIND : KIND_IPV6) + "/" + RestoreTable.NAME;
        }

        @Override
        public String title() {
            return "nft " + RestoreTable.reference(family);
        }
    }
}
