package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A NIC's offloads that change received frames, as ethtool(8) shows and switches them, and how many queues it has. Sees the
 * network namespace of the thread that opened it; any thread may ask. What fails is a {@link LinuxException}.
 *
 * <pre>
 * struct ifreq {                         // linux/if.h; LP64      struct ethtool_value {   // linux/ethtool.h
 *     char ifr_name[IFNAMSIZ];           //  0                        __u32 cmd;           // 0
 *     union { void *ifr_data; … };       // 16                        __u32 data;          // 4
 * };                                                              };
 *
 * struct ethtool_channels {              // linux/ethtool.h
 *     __u32 cmd, max_rx, max_tx, max_other, max_combined;
 *     __u32 rx_count;                    // 20
 *     __u32 tx_count;                    // 24
 *     __u32 other_count;
 *     __u32 combined_count;              // 32
 * };
 * </pre>
 */
public final class Ethtool implements AutoCloseable {
    /** What changes received frames. */
    public enum Offload {
        /** Generic receive offload: the kernel merges frames. */
        GRO("generic-receive-offload", "gro"),
        /** Large receive offload: the NIC merges them. */
        LRO("large-receive-offload", "lro"),
        /** The NIC takes 802.1Q tags off, and tells the kernel of them apart from the frame. */
        RXVLAN("rx-vlan-offload", "rxvlan");

        private final String label;
        private final String word;

        Offload(String label, String word) {
            this.label = label;
            this.word = word;
        }

        /** As {@code ethtool -k} shows it. */
        public String label() {
            return label;
        }

        /** As {@code ethtool -K} takes it. */
        public String word() {
            return word;
        }
    }

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCETHTOOL = 0x8946;

    private static final int ETHTOOL_GFLAGS = 0x25;
    private static final int ETHTOOL_SFLAGS = 0x26;
    private static final int ETHTOOL_GGRO = 0x2B;
    private static final int ETHTOOL_SGRO = 0x2C;
    private static final int ETHTOOL_GCHANNELS = 0x3C;
    private static final int ETH_FLAG_RXVLAN = 1 << 8;
    private static final int ETH_FLAG_LRO = 1 << 15;
    private static final int EOPNOTSUPP = 95;

    private static final int NAME_OFFSET = 0;
    private static final int NAME_LENGTH = 16;
    private static final int DATA_OFFSET = NAME_OFFSET + NAME_LENGTH;
    /** The union's largest member has 24 octets. */
    private static final int IFREQ_LENGTH = DATA_OFFSET + 24;

    private static final int VALUE_AT = IFREQ_LENGTH;
    private static final int CMD_OFFSET = 0;
    private static final int VALUE_OFFSET = CMD_OFFSET + Integer.BYTES;
    private static final int RX_COUNT_OFFSET = 20;
    private static final int TX_COUNT_OFFSET = 24;
    private static final int COMBINED_COUNT_OFFSET = 32;
    private static final int CHANNELS_LENGTH = COMBINED_COUNT_OFFSET + Integer.BYTES;

    private final int fd;
    /** An ifreq, and behind it what it points to: the longer of the two. */
    private final NativeMemory memory = NativeMemory.allocate(IFREQ_LENGTH + CHANNELS_LENGTH);

    private Ethtool(int fd) {
        this.fd = fd;
    }

    public static Ethtool open() {
        int fd = LibC.socket(AF_INET, SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new LinuxException("socket(AF_INET, SOCK_DGRAM)", LibC.errno());
        }
        return new Ethtool(fd);
    }

    public synchronized boolean isOn(String interfaceName, Offload offload) {
        return switch (offload) {
            case GRO -> call(interfaceName, "ETHTOOL_GGRO", ETHTOOL_GGRO, 0) != 0;
            case LRO -> (flags(interfaceName) & ETH_FLAG_LRO) != 0;
            case RXVLAN -> (flags(interfaceName) & ETH_FLAG_RXVLAN) != 0;
        };
    }

    /** Fails where the interface cannot: EOPNOTSUPP or EINVAL. */
    public synchronized void set(String interfaceName, Offload offload, boolean on) {
        switch (offload) {
            case GRO -> call(interfaceName, "ETHTOOL_SGRO", ETHTOOL_SGRO, on ? 1 : 0);
            case LRO -> setFlag(interfaceName, ETH_FLAG_LRO, on);
            case RXVLAN -> setFlag(interfaceName, ETH_FLAG_RXVLAN, on);
        }
    }

    private int flags(String interfaceName) {
        return call(interfaceName, "ETHTOOL_GFLAGS", ETHTOOL_GFLAGS, 0);
    }

    private void setFlag(String interfaceName, int flag, boolean on) {
        int flags = flags(interfaceName);
        call(interfaceName, "ETHTOOL_SFLAGS", ETHTOOL_SFLAGS, on ? flags | flag : flags & ~flag);
    }

    /** How many queues frames are received into. A driver that knows no number has one. */
    public int receiveQueues(String interfaceName) {
        return queues(interfaceName, RX_COUNT_OFFSET);
    }

    /** How many queues frames are sent by. A driver that knows no number has one. */
    public int sendQueues(String interfaceName) {
        return queues(interfaceName, TX_COUNT_OFFSET);
    }

    private synchronized int queues(String interfaceName, int countOffset) {
        try {
            call(interfaceName, "ETHTOOL_GCHANNELS", ETHTOOL_GCHANNELS, 0);
        } catch (LinuxException e) {
            if (e.errno() == EOPNOTSUPP) {
                return 1;
            }
            throw e;
        }
        ByteBuffer structs = memory.buffer();
        // some have queues for one way, some have queues for both ways, and some both kinds
        int queues = structs.getInt(VALUE_AT + countOffset) + structs.getInt(VALUE_AT + COMBINED_COUNT_OFFSET);
        return Math.max(1, queues);
    }

    private int call(String interfaceName, String command, int code, int value) {
        ByteBuffer structs = memory.buffer();
        byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
        if (name.length >= NAME_LENGTH) {
            throw new IllegalArgumentException("no interface name: " + interfaceName);
        }
        structs.put(NAME_OFFSET, new byte[NAME_LENGTH]).put(NAME_OFFSET, name);
        structs.putLong(DATA_OFFSET, memory.address() + VALUE_AT);
        structs.putInt(VALUE_AT + CMD_OFFSET, code).putInt(VALUE_AT + VALUE_OFFSET, value);
        if (LibC.ioctl(fd, SIOCETHTOOL, memory.address()) < 0) {
            throw new LinuxException(
                    "ioctl(SIOCETHTOOL, " + command + ", " + interfaceName + ", " + value + ")", LibC.errno());
        }
        return structs.getInt(VALUE_AT + VALUE_OFFSET);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
