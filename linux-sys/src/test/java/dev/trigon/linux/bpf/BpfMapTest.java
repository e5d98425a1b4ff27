package dev.trigon.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.libc.LibC;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the kernel. Needs root. */
class BpfMapTest {
    private static final int E2BIG = 7;
    private static final int EBADF = 9;
    private static final int EINVAL = 22;
    private static final int EOPNOTSUPP = 95;

    private static final byte[] A = {1, 2, 3, 4, 5, 6};
    private static final byte[] B = {1, 2, 3, 4, 5, 7};
    private static final byte[] C = {0, 0, 0, 0, 0, 0};
    private static final byte[] ONE = {0, 1, 0};
    private static final byte[] TWO = {0, 2, 0};

    @BeforeEach
    void needsRoot() {
        assumeThat(LibC.geteuid()).as("bpf(2) needs root").isZero();
    }

    private static void assertFails(ThrowingCallable call, int errno, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageStartingWith(message);
    }

    @Test
    void shouldKeepReplaceAndDeleteEntries() {
        try (BpfMap map = BpfMap.hash("h", A.length, ONE.length, 2)) {
            assertThat(map.lookup(A)).isEmpty();
            map.update(A, ONE);
            map.update(B, ONE);
            map.update(A, TWO);
            assertThat(map.lookup(A)).hasValueSatisfying(it -> assertThat(it).isEqualTo(TWO));
            assertThat(map.lookup(B)).hasValueSatisfying(it -> assertThat(it).isEqualTo(ONE));
            assertFails(
                    () -> map.update(C, ONE),
                    E2BIG,
                    "bpf(BPF_MAP_UPDATE_ELEM, h, 000000000000): Argument list too long");

            assertThat(map.delete(A)).isTrue();
            assertThat(map.delete(A)).isFalse();
            assertThat(map.lookup(A)).isEmpty();
            map.update(C, ONE);
        }
    }

    @Test
    void shouldWalkAllKeys() {
        try (BpfMap map = BpfMap.hash("h", A.length, ONE.length, 10)) {
            assertThat(map.nextKey(null)).isEmpty();
            List<byte[]> all = List.of(A, B, C);
            all.forEach(key -> map.update(key, ONE));
            List<byte[]> walked = new ArrayList<>();
            for (Optional<byte[]> key = map.nextKey(null); key.isPresent(); key = map.nextKey(key.get())) {
                walked.add(key.get());
            }
            assertThat(walked).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void shouldTakeOnlyAfXdpSocketsIntoAnXskMap() {
        byte[] queue = {0, 0, 0, 0};
        byte[] behind = {1, 0, 0, 0};
        int datagrams = LibC.socket(2, 2, 0);
        try (BpfMap map = BpfMap.xskMap("x", 1)) {
            byte[] fd = {(byte) datagrams, (byte) (datagrams >> 8), 0, 0};
            assertFails(() -> map.update(queue, fd), EOPNOTSUPP, "bpf(BPF_MAP_UPDATE_ELEM, x, 00000000): ");
            assertFails(() -> map.lookup(queue), EOPNOTSUPP, "bpf(BPF_MAP_LOOKUP_ELEM, x, 00000000): ");
            assertFails(() -> map.update(behind, fd), E2BIG, "bpf(BPF_MAP_UPDATE_ELEM, x, 01000000): ");
        } finally {
            LibC.close(datagrams);
        }
    }

    @Test
    void shouldSayWhichMapCannotBeMade() {
        assertFails(
                () -> BpfMap.hash("h", 4, 1, 0),
                EINVAL,
                "bpf(BPF_MAP_CREATE, HASH h, 4 to 1 octets, 0 entries): Invalid argument");
        assertThatThrownBy(() -> BpfMap.hash("sixteen_letters_", 4, 1, 1))
                .hasMessage("name of more than 15 letters: sixteen_letters_");
    }

    @Test
    void shouldRefuseKeysAndValuesOfOtherLengths() {
        try (BpfMap map = BpfMap.hash("h", A.length, ONE.length, 2)) {
            assertThatThrownBy(() -> map.update(ONE, ONE)).hasMessage("key of 3 octets for map h, which has 6");
            assertThatThrownBy(() -> map.update(A, A)).hasMessage("value of 6 octets for map h, which has 3");
            assertThatThrownBy(() -> map.lookup(ONE)).hasMessage("key of 3 octets for map h, which has 6");
        }
    }

    @Test
    void shouldNotUseTheDescriptorAfterClose() {
        BpfMap map = BpfMap.hash("h", A.length, ONE.length, 2);
        map.close();
        map.close();
        assertFails(() -> map.update(A, ONE), EBADF, "bpf(BPF_MAP_UPDATE_ELEM, h, 010203040506): ");
        assertFails(() -> map.nextKey(null), EBADF, "bpf(BPF_MAP_GET_NEXT_KEY, h, first): ");
    }
}
