package dev.trigon.dataplane.port.xdp;

import static dev.trigon.linux.bpf.Condition.EQ;
import static dev.trigon.linux.bpf.Condition.GT;
import static dev.trigon.linux.bpf.Condition.NE;
import static dev.trigon.linux.bpf.Register.R0;
import static dev.trigon.linux.bpf.Register.R1;
import static dev.trigon.linux.bpf.Register.R2;
import static dev.trigon.linux.bpf.Register.R3;
import static dev.trigon.linux.bpf.Register.R6;
import static dev.trigon.linux.bpf.Register.R7;
import static dev.trigon.linux.bpf.Register.R8;
import static dev.trigon.linux.bpf.Register.R9;

import dev.trigon.linux.bpf.Assembler;
import dev.trigon.linux.bpf.Assembler.Label;
import dev.trigon.linux.bpf.BpfMap;
import dev.trigon.linux.bpf.Helper;
import dev.trigon.linux.bpf.Register;
import dev.trigon.linux.bpf.Size;
import dev.trigon.linux.bpf.XdpProgram;

/**
 * The steering program. Steered are, behind no, one or two tags: packets whose destination is a VIP, whatever is in them, ARP
 * requests for a VIP, and neighbour solicitations for one directly behind the IPv6 header; all of it in frames to this
 * interface's MAC, the requests also in a broadcast and the solicitations in a multicast. What a bridge passes through is to
 * others, and stays the kernel's.
 *
 * <p>A VIP is found at the last; most frames on a busy interface are told apart by a few comparisons before that. A
 * frame's length is looked at behind even that, for what is too long to steer is rare.
 *
 * <pre>
 * struct xdp_md {            // linux/bpf.h
 *     __u32 data;            //  0
 *     __u32 data_end;        //  4
 *     __u32 data_meta;       //  8
 *     __u32 ingress_ifindex; // 12
 *     __u32 rx_queue_index;  // 16
 *     …
 * };
 * </pre>
 */
final class SteeringInstructions {
    private static final int DATA_OFFSET = 0;
    private static final int DATA_END_OFFSET = 4;
    private static final int RX_QUEUE_INDEX_OFFSET = 16;

    private static final int DESTINATION_OFFSET = 0;
    private static final int TYPE_OFFSET = 12;
    private static final int PACKET_OFFSET = TYPE_OFFSET + Short.BYTES;
    private static final int TAG_LENGTH = 4;
    private static final int MOST_TAGS = 2;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_8021Q = 0x8100;
    private static final int TYPE_8021AD = 0x88A8;

    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int IPV4_DESTINATION_OFFSET = PACKET_OFFSET + 16;
    private static final int ARP_OPERATION_OFFSET = PACKET_OFFSET + 6;
    private static final int ARP_TARGET_OFFSET = PACKET_OFFSET + 24;
    private static final int ARP_REQUEST = 1;
    private static final int IPV6_NEXT_HEADER_OFFSET = PACKET_OFFSET + 6;
    private static final int IPV6_DESTINATION_OFFSET = PACKET_OFFSET + 24;
    private static final int ICMPV6_TYPE_OFFSET = PACKET_OFFSET + 40;
    private static final int SOLICITED_TARGET_OFFSET = ICMPV6_TYPE_OFFSET + 8;
    private static final int ICMPV6 = 58;
    private static final int NEIGHBOR_SOLICITATION = 135;

    private static final int GROUP_PREFIX = 0x3333;

    /** The struct xdp_md. */
    private static final Register CONTEXT = R6;
    /** Whom the frame is to: one of the three below. */
    private static final Register ADDRESSEE = R7;
    /** The frame, moved on by its tags, so that all behind them is where it is without. */
    private static final Register FRAME = R8;

    private static final Register FRAME_END = R9;

    private static final int US = 0;
    private static final int ALL = 1;
    private static final int GROUP = 2;

    private final long mac;
    private final int maxOctets;
    private final boolean frags;
    private final SteeredVips vips;
    private final BpfMap sockets;

    private final Assembler program = new Assembler();
    private final Label isArp = new Label("isArp");
    private final Label isIpv4 = new Label("isIpv4");
    private final Label isIpv6 = new Label("isIpv6");
    private final Label steer = new Label("steer");
    private final Label pass = new Label("pass");

    SteeringInstructions(long mac, int maxOctets, boolean frags, SteeredVips vips, BpfMap sockets) {
        this.mac = mac;
        this.maxOctets = maxOctets;
        this.frags = frags;
        this.vips = vips;
        this.sockets = sockets;
    }

    byte[] assemble() {
        program.mov(CONTEXT, R1)
                .load(Size.W, FRAME, CONTEXT, DATA_OFFSET)
                .load(Size.W, FRAME_END, CONTEXT, DATA_END_OFFSET);
        need(PACKET_OFFSET);
        findAddressee();
        findType();
        program.jumpIf(R2, EQ, network(TYPE_IPV4), isIpv4)
                .jumpIf(R2, EQ, network(TYPE_IPV6), isIpv6)
                .jumpIf(R2, EQ, network(TYPE_ARP), isArp)
                .place(pass)
                .mov(R0, XdpProgram.XDP_PASS)
                .exit();
        ipv4();
        arp();
        ipv6();
        steer();
        return program.assemble();
    }

    /** Without so many octets in the frame's first buffer, there is nothing to look at. */
    private void need(int octets) {
        program.mov(R2, FRAME).add(R2, octets).jumpIf(R2, GT, FRAME_END, pass);
    }

    private void findAddressee() {
        Label notUs = new Label("notUs");
        Label notAll = new Label("notAll");
        Label found = new Label("found");
        program.load(Size.W, R2, FRAME, DESTINATION_OFFSET)
                .load(Size.H, R3, FRAME, DESTINATION_OFFSET + Integer.BYTES)
                .mov(ADDRESSEE, US)
                .jumpIf32(R2, NE, Integer.reverseBytes((int) (mac >>> Short.SIZE)), notUs)
                .jumpIf(R3, EQ, network((int) mac), found)
                .place(notUs)
                .mov(ADDRESSEE, ALL)
                .jumpIf32(R2, NE, -1, notAll)
                .jumpIf(R3, EQ, network(-1), found)
                .place(notAll)
                .mov(ADDRESSEE, GROUP)
                .and(R2, network(-1))
                .jumpIf(R2, NE, network(GROUP_PREFIX), pass)
                .place(found);
    }

    /** Leaves the type behind the tags in R2, and the frame moved on by them. */
    private void findType() {
        Label found = new Label("found");
        program.load(Size.H, R2, FRAME, TYPE_OFFSET);
        for (int tags = 0; tags < MOST_TAGS; tags++) {
            Label tagged = new Label("tagged");
            program.jumpIf(R2, EQ, network(TYPE_8021Q), tagged)
                    .jumpIf(R2, NE, network(TYPE_8021AD), found)
                    .place(tagged)
                    .add(FRAME, TAG_LENGTH);
            need(PACKET_OFFSET);
            program.load(Size.H, R2, FRAME, TYPE_OFFSET);
        }
        program.place(found);
    }

    private void ipv4() {
        program.place(isIpv4).jumpIf(ADDRESSEE, NE, US, pass);
        need(IPV4_DESTINATION_OFFSET + IPV4_LENGTH);
        find(vips.ipv4(), IPV4_DESTINATION_OFFSET);
        program.jumpIf(R0, NE, 0, steer).jump(pass);
    }

    private void arp() {
        program.place(isArp).jumpIf(ADDRESSEE, EQ, GROUP, pass);
        need(ARP_TARGET_OFFSET + IPV4_LENGTH);
        program.load(Size.H, R2, FRAME, ARP_OPERATION_OFFSET).jumpIf(R2, NE, network(ARP_REQUEST), pass);
        find(vips.ipv4(), ARP_TARGET_OFFSET);
        program.jumpIf(R0, NE, 0, steer).jump(pass);
    }

    private void ipv6() {
        Label solicitation = new Label("solicitation");
        program.place(isIpv6).jumpIf(ADDRESSEE, EQ, ALL, pass);
        need(IPV6_DESTINATION_OFFSET + IPV6_LENGTH);
        program.jumpIf(ADDRESSEE, EQ, GROUP, solicitation);
        find(vips.ipv6(), IPV6_DESTINATION_OFFSET);
        program.jumpIf(R0, NE, 0, steer)
                .place(solicitation)
                .load(Size.B, R2, FRAME, IPV6_NEXT_HEADER_OFFSET)
                .jumpIf(R2, NE, ICMPV6, pass);
        need(SOLICITED_TARGET_OFFSET + IPV6_LENGTH);
        program.load(Size.B, R2, FRAME, ICMPV6_TYPE_OFFSET).jumpIf(R2, NE, NEIGHBOR_SOLICITATION, pass);
        find(vips.ipv6(), SOLICITED_TARGET_OFFSET);
        program.jumpIf(R0, EQ, 0, pass);
    }

    /** Leaves 0 in R0 where the address in the frame is no VIP. */
    private void find(BpfMap addresses, int offset) {
        program.map(R1, addresses).mov(R2, FRAME).add(R2, offset).call(Helper.MAP_LOOKUP_ELEM);
    }

    /** A queue without a socket leaves it to the last argument. */
    private void steer() {
        program.place(steer);
        checkLength();
        program.map(R1, sockets)
                .load(Size.W, R2, CONTEXT, RX_QUEUE_INDEX_OFFSET)
                .mov(R3, XdpProgram.XDP_PASS)
                .call(Helper.REDIRECT_MAP)
                .exit();
    }

    private void checkLength() {
        if (frags) {
            program.mov(R1, CONTEXT).call(Helper.XDP_GET_BUFF_LEN).jumpIf(R0, GT, maxOctets, pass);
        } else {
            program.load(Size.W, R2, CONTEXT, DATA_OFFSET).add(R2, maxOctets).jumpIf(FRAME_END, GT, R2, pass);
        }
    }

    /** A 16-bit field as a load of it from the frame gives it. */
    private static int network(int value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }
}
