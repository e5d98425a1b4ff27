package dev.trigon.linux.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a capture file, which is a pcap_t like any other. Live ones: PcapPortTest. */
class CaptureRingTest {
    private static final int FILE_HEADER = 24;
    private static final int ERROR_LENGTH = 256;
    private static final NativeLibrary PCAP = NativeLibrary.getInstance("pcap");

    @TempDir
    Path directory;

    /** A capture file, pcap-savefile(5): of each frame no more than the snapshot length. */
    private Pointer open(int snapshotLength, byte[]... frames) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xA1B2_C3D4).putShort((short) 2).putShort((short) 4).putLong(0);
        file.putInt(snapshotLength).putInt(1);
        assertThat(file.position()).isEqualTo(FILE_HEADER);
        for (byte[] frame : frames) {
            int captured = Math.min(frame.length, snapshotLength);
            file.putLong(0).putInt(captured).putInt(frame.length).put(frame, 0, captured);
        }
        byte[] octets = new byte[file.position()];
        file.flip().get(octets);
        Path path = Files.write(directory.resolve("frames.pcap"), octets);
        Memory error = new Memory(ERROR_LENGTH);
        Pointer pcap = PCAP.getFunction("pcap_open_offline").invokePointer(new Object[] {path.toString(), error});
        assertThat(pcap).as(error.getString(0)).isNotNull();
        return pcap;
    }

    private static void close(Pointer pcap) {
        PCAP.getFunction("pcap_close").invokeVoid(new Object[] {pcap});
    }

    private static byte[] frame(int octets) {
        byte[] frame = new byte[octets];
        new Random(octets).nextBytes(frame);
        return frame;
    }

    @Test
    void shouldStepThroughTheFrames() throws IOException {
        Pointer pcap = open(65_535, frame(60), frame(1_514), frame(14));
        CaptureRing ring = CaptureRing.of(pcap);
        ByteBuffer target = ByteBuffer.allocateDirect(2_048);

        for (int octets : new int[] {60, 1_514, 14}) {
            assertThat(ring.next()).isTrue();
            assertThat(ring.length()).isEqualTo(octets);
            assertThat(ring.captured()).isEqualTo(octets);
            ring.copyTo(target, 7, octets);
            byte[] copied = new byte[octets];
            target.get(7, copied);
            assertThat(copied).isEqualTo(frame(octets));
        }
        assertThat(ring.next()).isFalse();
        assertThat(ring.next()).isFalse();
        close(pcap);
    }

    @Test
    void shouldTellACutFrame() throws IOException {
        Pointer pcap = open(64, frame(64), frame(65));
        CaptureRing ring = CaptureRing.of(pcap);

        assertThat(ring.next()).isTrue();
        assertThat(ring.captured()).isEqualTo(64);
        assertThat(ring.length()).isEqualTo(64);
        assertThat(ring.next()).isTrue();
        assertThat(ring.captured()).isEqualTo(64);
        assertThat(ring.length()).isEqualTo(65);
        close(pcap);
    }

    @Test
    void shouldSayWhyItCannotBeNonBlocking() throws IOException {
        Pointer pcap = open(64);

        assertThatThrownBy(() -> CaptureRing.of(pcap).nonBlocking())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("pcap_setnonblock: ")
                .hasMessageContaining("avefile");
        close(pcap);
    }
}
