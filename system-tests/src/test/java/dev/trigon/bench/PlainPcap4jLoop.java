package dev.trigon.bench;

import dev.trigon.linux.MacAddress;
import java.nio.ByteBuffer;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.PcapDirection;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.Pcaps;

/**
 * Forwarding as pcap4j's own documentation would have it written: getNextRawPacket, a changed MAC, sendPacket. No
 * balancing, no flows: what is left is the price of the calls.
 */
final class PlainPcap4jLoop {
    private static final int SNAPLEN = 2048;
    private static final int BUFFER_OCTETS = 16 * 1024 * 1024;
    private static final int MAC_LENGTH = 6;

    private PlainPcap4jLoop() {}

    /** Arguments: interface in, interface out, destination MAC, capture filter. Runs until it is killed. */
    public static void main(String[] args) throws Exception {
        byte[] destinationMac = new byte[MAC_LENGTH];
        ByteBuffer.wrap(ByteBuffer.allocate(Long.BYTES)
                        .putLong(MacAddress.parse(args[2]).value())
                        .array())
                .position(Long.BYTES - MAC_LENGTH)
                .get(destinationMac);
        byte[] sourceMac =
                Pcaps.getDevByName(args[1]).getLinkLayerAddresses().get(0).getAddress();
        try (PcapHandle in = new PcapHandle.Builder(args[0])
                        .snaplen(SNAPLEN)
                        .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                        .bufferSize(BUFFER_OCTETS)
                        .timeoutMillis(1)
                        .direction(PcapDirection.IN)
                        .build();
                PcapHandle out = new PcapHandle.Builder(args[1])
                        .snaplen(SNAPLEN)
                        .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                        .timeoutMillis(1)
                        .build()) {
            in.setFilter(args[3], BpfCompileMode.OPTIMIZE);
            out.setFilter("less 1", BpfCompileMode.OPTIMIZE);
            System.out.println("ready");
            while (true) {
                byte[] frame = in.getNextRawPacket();
                if (frame != null) {
                    System.arraycopy(destinationMac, 0, frame, 0, MAC_LENGTH);
                    System.arraycopy(sourceMac, 0, frame, MAC_LENGTH, MAC_LENGTH);
                    out.sendPacket(frame);
                }
            }
        }
    }
}
