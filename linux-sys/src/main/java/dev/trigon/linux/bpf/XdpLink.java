package dev.trigon.linux.bpf;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;

/**
 * That a program sees what an interface receives, for as long as this is open: the kernel detaches it with the process,
 * however that ends. Linux 5.9.
 *
 * <pre>
 * union bpf_attr {                       // linux/bpf.h
 *     struct {
 *         __u32 prog_fd;        //  0
 *         __u32 target_ifindex; //  4
 *         __u32 attach_type;    //  8
 *         __u32 flags;          // 12; XDP_FLAGS_* of linux/if_link.h
 *     } link_create; // BPF_LINK_CREATE
 * };
 * </pre>
 */
public final class XdpLink implements AutoCloseable {
    /** Where the program runs. */
    public enum Mode {
        /** In the driver, before the kernel makes anything of the frame. Not every driver can. */
        NATIVE(1 << 2),
        /** Behind the driver, on any interface, at the cost of a socket buffer a frame. */
        GENERIC(1 << 1);

        private final int flag;

        Mode(int flag) {
            this.flag = flag;
        }
    }

    private static final int PROG_OFFSET = 0;
    private static final int IFINDEX_OFFSET = 4;
    private static final int ATTACH_TYPE_OFFSET = 8;
    private static final int FLAGS_OFFSET = 12;

    private final int fd;

    private XdpLink(int fd) {
        this.fd = fd;
    }

    /**
     * Sees the network namespace of the calling thread. Fails with EBUSY where the interface has a program in the same mode,
     * EEXIST where it has one in the other, and where a driver cannot, with EOPNOTSUPP or whatever it says.
     */
    public static XdpLink attach(XdpProgram program, int ifIndex, Mode mode) {
        int fd = Attr.withRoomFor(0)
                .u32(PROG_OFFSET, program.fd())
                .u32(IFINDEX_OFFSET, ifIndex)
                .u32(ATTACH_TYPE_OFFSET, XdpProgram.BPF_XDP)
                .u32(FLAGS_OFFSET, mode.flag)
                .call(Attr.BPF_LINK_CREATE);
        if (fd < 0) {
            throw new LinuxException(
                    "bpf(BPF_LINK_CREATE, XDP " + program + ", interface " + ifIndex + ", " + mode + ")", -fd);
        }
        return new XdpLink(fd);
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
