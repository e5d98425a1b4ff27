package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FlowTableFileTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int MAX_FLOWS = 20_000;
    private static final int FLOWS = 5_000;

    @TempDir
    Path directory;

    private Path data;
    private Path mark;

    @BeforeEach
    void name() {
        data = directory.resolve("flows.dat");
        mark = directory.resolve("flows.clean");
    }

    @Test
    void shouldKeepFlowsAcrossACleanRestart() throws Exception {
        fill();

        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CLEAN);
            assertThat(table.setAside()).isNull();
            assertAllThere(table);
        }
    }

    @Test
    void shouldKnowTheHighestBackendAlsoAfterARestartAndAKill() throws Exception {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.highestBackendId()).isZero();
            for (int i = 1; i <= 200; i++) {
                table.put(Keys.mixed(i), new FlowRecord().set(5 * i, FlowState.UDP, 1));
            }
            assertThat(table.highestBackendId()).isEqualTo(1_000);
        }
        for (boolean killed : new boolean[] {false, true}) {
            if (killed) {
                Files.delete(mark);
            }
            try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
                assertThat(table.highestBackendId()).isEqualTo(1_000);
            }
        }
    }

    /** Nothing that could be read back wrongly, and no pages that are only there to be empty. */
    @Test
    void shouldLeaveNoFileOfATableThatIsEmpty() throws Exception {
        FlowTable.open(directory, MAX_FLOWS).close();
        assertThat(data).doesNotExist();
        assertThat(mark).doesNotExist();
    }

    @Test
    void shouldTakeNoMemoryBeforeItIsUsed() throws Exception {
        try (FlowTable table = FlowTable.open(directory, 1 << 20)) {
            assertThat(Files.size(data)).isGreaterThan(90 << 20);
            assertThat(residentKiB(data)).isLessThan(8 << 10);
            assertThat(table.find(Keys.mixed(1), new FlowRecord())).isFalse();
        }
    }

    /** Of all that this process has mapped of a file: proc_pid_smaps(5). */
    private static long residentKiB(Path file) throws IOException {
        long resident = 0;
        boolean counts = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                counts = line.endsWith(file.toString());
            } else if (counts && line.startsWith("Rss:")) {
                resident += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return resident;
    }

    @Test
    void shouldMarkTheFileCleanOnlyWhileNobodyUsesIt() throws Exception {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CREATED);
            assertThat(mark).doesNotExist();
            table.put(Keys.mixed(1), new FlowRecord().set(1, FlowState.UDP, 1));
        }
        assertThat(mark).exists();
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.size()).isEqualTo(1);
            assertThat(mark).doesNotExist();
        }
    }

    @Test
    void shouldRecoverWithoutTheMark() throws Exception {
        fill();
        Files.delete(mark);

        assertRecovered();
    }

    @Test
    void shouldRecoverWhenTheMarkIsOfAnotherBoot() throws Exception {
        fill();
        Files.writeString(mark, "0c8e3e1c-0000-4000-8000-000000000000\n");

        assertRecovered();
    }

    @Test
    void shouldRecoverAFileWhoseRecoveryWasKilled() throws Exception {
        fill();
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(11);
            int highest = file.read();
            file.seek(11);
            file.write(highest | 0x80);
        }

        assertRecovered();
    }

    private void assertRecovered() throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.RECOVERED);
            assertAllThere(table);
        }
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CLEAN);
            assertAllThere(table);
        }
    }

    @Test
    void shouldRefuseASecondUser() throws Exception {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThatThrownBy(() -> FlowTable.open(directory, MAX_FLOWS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use");
            assertThat(table.put(Keys.mixed(1), new FlowRecord().set(1, FlowState.UDP, NOW_MS)))
                    .isTrue();
        }
    }

    @Test
    void shouldSetAForeignFileAside() throws Exception {
        String foreign = "These are not the flows you are looking for.\n".repeat(100);
        Files.writeString(data, foreign);

        assertSetAside("foreign");
        try (var files = Files.list(directory)) {
            Path aside = files.filter(file -> file.toString().contains(".foreign-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readString(aside)).isEqualTo(foreign);
        }
    }

    @Test
    void shouldSetRandomOctetsAside() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        byte[] noise = new byte[100_000];
        new Random(seed).nextBytes(noise);
        Files.write(data, noise);

        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CREATED);
            assertThat(table.setAside()).isNotNull().exists();
        }
    }

    @Test
    void shouldSetAFileOfNothingAside() throws Exception {
        Files.createFile(data);

        assertSetAside("truncated");
    }

    /** Ten IPv4 flows with keys of two words, as Trigon wrote them before there was IPv6. */
    @Test
    void shouldSetAFileOfTheFormerLayoutAside() throws Exception {
        byte[] former;
        try (InputStream packed = FlowTableFileTest.class.getResourceAsStream("flows-of-two-word-keys.dat.gz")) {
            former = new GZIPInputStream(packed).readAllBytes();
        }
        Files.write(data, former);
        Files.writeString(
                mark,
                "boot " + Files.readString(Path.of("/proc/sys/kernel/random/boot_id")) + "length " + former.length
                        + "\n");

        assertSetAside("outdated");
        try (var files = Files.list(directory)) {
            Path aside = files.filter(file -> file.toString().contains(".outdated-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(aside).hasBinaryContent(former);
        }
    }

    @Test
    void shouldSetAHeadAloneAside() throws Exception {
        fill();
        truncate(500);

        assertSetAside("truncated");
    }

    @Test
    void shouldSetAFileWithABrokenHeadAside() throws Exception {
        fill();
        String head = new String(Files.readAllBytes(data), StandardCharsets.ISO_8859_1);
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(head.indexOf("actualSegments: ") + "actualSegments: ".length());
            file.write('9');
        }

        assertSetAside("unreadable");
    }

    @Test
    void shouldStartWithWhatIsLeftOfATruncatedFile() throws Exception {
        fill();
        long length = Files.size(data);

        for (long left : new long[] {length - 1, length / 2, 40_000, 4_096}) {
            truncate(left);
            try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
                assertThat(table.origin()).as("cut to %d", left).isEqualTo(FlowTable.Origin.RECOVERED);
                table.forEach(flow -> assertThat(flow.backendId()).isEqualTo(backendOf(Keys.number(flow.key()))));
                for (int i = 0; i < FLOWS; i++) {
                    assertThat(table.put(Keys.mixed(i), new FlowRecord().set(backendOf(i), FlowState.UDP, NOW_MS)))
                            .isTrue();
                }
                assertAllThere(table);
            }
        }
    }

    @Test
    void shouldDropEntriesThatAreNotWhole() throws Exception {
        fill();
        Files.delete(mark);
        long length = Files.size(data);
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            for (long at = length / 4; at < length; at += length / 4) {
                file.seek(at);
                file.write(new byte[8_192]);
            }
        }

        assertWhatIsLeftIsRight(FlowTable.Origin.RECOVERED);
    }

    @Test
    void shouldRecoverAFileThatOnlySaysItIsClean() throws Exception {
        fill();
        long length = Files.size(data);
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(length / 2);
            file.write(new byte[(int) length / 4]);
        }

        assertWhatIsLeftIsRight(FlowTable.Origin.RECOVERED);
    }

    @Test
    void shouldDropAnEntryWhoseTagIsNotItsOwn() throws Exception {
        fill();
        byte[] content = Files.readAllBytes(data);
        FlowRecord flow = new FlowRecord().set(backendOf(77), FlowState.UDP, NOW_MS);
        flow.seal(Keys.mixed(77));
        byte[] tag = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(flow.cell.tag)
                .array();
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(indexOf(content, tag));
            file.write(tag[0] ^ 1);
        }

        assertWhatIsLeftIsRight(FlowTable.Origin.CLEAN);
    }

    private void assertWhatIsLeftIsRight(FlowTable.Origin origin) throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(origin);
            assertThat(table.size()).isLessThan(FLOWS).isGreaterThan(FLOWS / 8);
            long[] seen = new long[7];
            table.forEach(flow -> {
                assertThat(flow.backendId()).isEqualTo(backendOf(Keys.number(flow.key())));
                seen[flow.backendId()]++;
            });
            for (int backend = 0; backend < seen.length; backend++) {
                assertThat(table.activeFlows(backend)).isEqualTo(seen[backend]);
            }
            assertThat(LongStream.of(seen).sum()).isEqualTo(table.size());
        }
    }

    private static int indexOf(byte[] content, byte[] sought) {
        for (int at = 0; at <= content.length - sought.length; at++) {
            if (Arrays.equals(content, at, at + sought.length, sought, 0, sought.length)) {
                return at;
            }
        }
        throw new AssertionError("not in the file");
    }

    @Test
    void shouldKeepFlowsWhenTheTableGrows() throws Exception {
        fill();
        int larger = 4 * MAX_FLOWS;

        try (FlowTable table = FlowTable.open(directory, larger)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CLEAN);
            assertThat(table.maxFlows()).isEqualTo(larger);
            assertAllThere(table);
            FlowRecord flow = new FlowRecord();
            for (int i = FLOWS; i < larger; i++) {
                assertThat(table.put(Keys.mixed(i), flow.set(backendOf(i), FlowState.UDP, NOW_MS)))
                        .isTrue();
            }
        }
        try (FlowTable table = FlowTable.open(directory, larger)) {
            assertThat(table.size()).isEqualTo(larger);
        }
    }

    @Test
    void shouldKeepFlowsWhenTheTableShrinks() throws Exception {
        fill();

        try (FlowTable table = FlowTable.open(directory, 1_000)) {
            assertThat(table.size()).isEqualTo(FLOWS);
            assertAllThere(table);
            FlowRecord flow = new FlowRecord();
            assertThat(table.put(Keys.mixed(FLOWS), flow.set(1, FlowState.UDP, NOW_MS)))
                    .isFalse();
            for (int i = 1_000 - 1; i < FLOWS; i++) {
                table.remove(Keys.mixed(i), flow);
            }
            assertThat(table.put(Keys.mixed(FLOWS), flow.set(1, FlowState.UDP, NOW_MS)))
                    .isTrue();
        }
    }

    @Test
    void shouldSayWhichDirectoryItCannotUse() throws Exception {
        Path file = Files.createFile(directory.resolve("state"));

        assertThatThrownBy(() -> FlowTable.open(file, MAX_FLOWS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    private void fill() throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            FlowRecord flow = new FlowRecord();
            for (int i = 0; i < FLOWS; i++) {
                table.put(Keys.mixed(i), flow.set(backendOf(i), FlowState.UDP, NOW_MS, i, 100L * i));
            }
        }
    }

    private static int backendOf(int number) {
        return number % 7;
    }

    private static void assertAllThere(FlowTable table) {
        FlowRecord flow = new FlowRecord();
        for (int i = 0; i < FLOWS; i++) {
            assertThat(table.find(Keys.mixed(i), flow)).isTrue();
            assertThat(flow.backendId()).isEqualTo(backendOf(i));
        }
        assertThat(table.activeFlows(3)).isGreaterThanOrEqualTo(FLOWS / 7);
    }

    private void truncate(long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    private void assertSetAside(String reason) throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CREATED);
            Path aside = table.setAside();
            assertThat(aside).isNotNull().exists();
            assertThat(aside.getFileName().toString()).matches("flows\\.dat\\." + reason + "-\\d+");
            assertThat(table.size()).isZero();
            assertThat(table.put(Keys.mixed(1), new FlowRecord().set(1, FlowState.UDP, NOW_MS)))
                    .isTrue();
        }
    }
}
