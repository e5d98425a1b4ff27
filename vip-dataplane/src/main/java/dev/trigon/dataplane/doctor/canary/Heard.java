package dev.trigon.dataplane.doctor.canary;

import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.wire.EmbeddedPacket;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.IcmpHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TcpHeader;
import dev.trigon.linux.MacAddress;
import java.util.Optional;

/**
 * An answer to whichever canary has this number, if it is one of TCP's or an echo request.
 *
 * @param number as {@link CanaryPacket} has it
 */
record Heard(int number, boolean toEcho, Answer answer) {
    private static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;
    private static final int RST_ACK = TcpHeader.RST | TcpHeader.ACK;

    /** What a packet says that came to an address of the gateway. */
    static Optional<Heard> in(Packet packet) {
        if (packet.isFragment()) {
            return Optional.empty();
        }
        if (packet.protocol() == Ipv4Header.PROTOCOL_TCP) {
            return inTcp(packet);
        }
        if (!packet.isIcmp()) {
            return Optional.empty();
        }
        IcmpHeader icmp = packet.icmp();
        if (icmp.isEchoReply()) {
            int number = icmp.identifier() << Short.SIZE | icmp.sequence();
            return Optional.of(new Heard(number, true, answer(packet, Kind.TAKEN, "")));
        }
        return icmp.isError() && packet.parseEmbedded() == Flaw.NONE ? inError(packet) : Optional.empty();
    }

    private static Optional<Heard> inTcp(Packet packet) {
        int flags = packet.tcp().flags();
        // RFC 9293, section 3.5.3: a SYN is refused by an RST that acknowledges it, and by no other
        boolean refused = (flags & RST_ACK) == RST_ACK;
        if (!refused && (flags & SYN_ACK) != SYN_ACK) {
            return Optional.empty();
        }
        int number = packet.tcp().acknowledgment() - 1;
        return Optional.of(new Heard(number, false, answer(packet, refused ? Kind.REFUSED : Kind.TAKEN, "")));
    }

    private static Optional<Heard> inError(Packet packet) {
        EmbeddedPacket sent = packet.embedded();
        boolean echo = sent.isEchoRequest();
        boolean known = echo || sent.protocol() == Ipv4Header.PROTOCOL_TCP;
        if (!known || !isOwn(packet, sent)) {
            return Optional.empty();
        }
        boolean v6 = packet.isIpv6();
        int type = packet.icmp().type();
        Answer answer;
        if (type == (v6 ? IcmpHeader.V6_TIME_EXCEEDED : IcmpHeader.TIME_EXCEEDED)) {
            answer = answer(packet, Kind.PASSED_ON, "time exceeded");
        } else if (type == (v6 ? IcmpHeader.V6_DESTINATION_UNREACHABLE : IcmpHeader.DESTINATION_UNREACHABLE)) {
            answer = answer(packet, Kind.UNREACHABLE, unreachable(packet.icmp().code(), v6));
        } else {
            answer = answer(packet, Kind.UNREACHABLE, "error of type " + type);
        }
        return Optional.of(new Heard(sent.secondWord(), echo, answer));
    }

    /** Whether it may have been a canary: one is from the address where the answer comes, and whole. */
    private static boolean isOwn(Packet error, EmbeddedPacket sent) {
        return sent.sourceHigh() == error.destinationHigh()
                && sent.sourceLow() == error.destinationLow()
                && !sent.isFragment();
    }

    /** RFC 792 and RFC 1812, section 5.2.7.1; RFC 4443, section 3.1. */
    private static String unreachable(int code, boolean v6) {
        if (v6) {
            return switch (code) {
                case 0 -> "no route";
                case 1, 5, 6 -> "prohibited";
                case 3 -> "host unreachable";
                case 4 -> "port unreachable";
                default -> "unreachable, code " + code;
            };
        }
        return switch (code) {
            case 0 -> "network unreachable";
            case 1 -> "host unreachable";
            case 2 -> "protocol unreachable";
            case 3 -> "port unreachable";
            case 9, 10, 13 -> "prohibited";
            default -> "unreachable, code " + code;
        };
    }

    private static Answer answer(Packet packet, Kind kind, String said) {
        return new Answer(
                kind,
                IpAddress.toInetAddress(packet.sourceHigh(), packet.sourceLow()),
                new MacAddress(packet.ethernet().source()),
                packet.hopLimit(),
                said);
    }
}
