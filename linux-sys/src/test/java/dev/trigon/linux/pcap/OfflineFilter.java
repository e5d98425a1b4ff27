package dev.trigon.linux.pcap;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.ref.Reference;

/** libpcap's own machine, for a filter and one frame. */
public final class OfflineFilter {
    private static final NativeLibrary PCAP = NativeLibrary.getInstance("pcap");
    private static final int PKTHDR_LENGTH = 24;
    private static final int CAPLEN_OFFSET = 16;
    private static final int LEN_OFFSET = 20;

    private OfflineFilter() {}

    public static boolean accepts(BpfProgram program, byte[] frame) {
        NativeMemory assembled = program.assemble();
        Memory data = new Memory(frame.length);
        data.write(0, frame, 0, frame.length);
        Memory header = new Memory(PKTHDR_LENGTH);
        header.clear();
        header.setInt(CAPLEN_OFFSET, frame.length);
        header.setInt(LEN_OFFSET, frame.length);
        try {
            return PCAP.getFunction("pcap_offline_filter")
                            .invokeInt(new Object[] {new Pointer(assembled.address()), header, data})
                    != 0;
        } finally {
            Reference.reachabilityFence(assembled);
        }
    }
}
