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
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of other times, and files that somebody takes away. What a disk does to them: {@link FlowTableFileTest}. */
@Timeout(60)
class FlowTableFaultsTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int MAX_FLOWS = 2_000;
    private static final int FLOWS = 1_000;
    private static final int FORM_SHIFT = 40;

    @TempDir
    Path directory;

    private Path data;

    @BeforeEach
    void name() {
        data = directory.resolve("flows.dat");
    }

    /** What a crash of some file systems leaves: the length, and nothing in it. */
    @Test
    void shouldSetAFileOfZerosAside() throws Exception {
        fill();
        int length = Math.toIntExact(Files.size(data));
        Files.write(data, new byte[length]);

        assertSetAside("foreign");
    }

    @ParameterizedTest
    @CsvSource({"40, 48", "32, 40"})
    void shouldSetAFileOfLargerCellsAside(int size, int larger) throws Exception {
        fill();
        String head = new String(Files.readAllBytes(data), StandardCharsets.ISO_8859_1);
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
            file.seek(head.indexOf("constantSize: " + size) + "constantSize: ".length());
            file.writeBytes(Integer.toString(larger));
        }

        assertSetAside("newer");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSetAFileOfALaterFormAsideAsItWas(boolean clean) throws Exception {
        fill();
        rewriteTags(FLOWS);
        byte[] newer = Files.readAllBytes(data);
        if (!clean) {
            Files.delete(directory.resolve("flows.clean"));
        }

        Path aside = assertSetAside("newer");

        try (FlowTable other = openAgain(aside)) {
            assertThat(other.origin()).as("still a later Trigon's").isEqualTo(FlowTable.Origin.CREATED);
        }
        assertThat(Files.size(aside)).isEqualTo(newer.length);
    }

    private FlowTable openAgain(Path file) throws IOException {
        Files.deleteIfExists(directory.resolve("flows.clean"));
        Files.copy(file, data, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return FlowTable.open(directory, MAX_FLOWS);
    }

    @Test
    void shouldDropFewEntriesThatLookLikeALaterForm() throws Exception {
        fill();
        rewriteTags(FLOWS / 10);

        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.setAside()).isNull();
            assertThat(table.size()).isEqualTo(FLOWS - FLOWS / 10);
            assertThat(table.find(Keys.mixed(0), new FlowRecord())).isFalse();
            assertThat(table.activeFlows(1) + table.activeFlows(2)).isEqualTo(table.size());
        }
    }

    /** As a later Trigon would write them: of another form, and the check covers it. */
    private void rewriteTags(int flows) throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(data)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Long.BYTES <= content.limit(); at++) {
            int state = content.get(at + 4);
            if (content.get(at + 5) != 1 || state != FlowState.UDP.code()) {
                continue;
            }
            for (int i = 0; i < flows; i++) {
                FlowRecord flow = record(i);
                if (content.getLong(at) == flow.cell.tag) {
                    flow.cell.tag = (flow.cell.tag & ~(0xFFL << FORM_SHIFT)) | (2L << FORM_SHIFT);
                    flow.seal(Keys.mixed(i));
                    content.putLong(at, flow.cell.tag);
                    break;
                }
            }
        }
        Files.write(data, content.array());
    }

    /** Eight flows of both families and all states, as Trigon wrote them before it told closed from closing. */
    @Test
    void shouldReadAFileOfTheFirstForm() throws Exception {
        try (InputStream packed = FlowTableFaultsTest.class.getResourceAsStream("flows-of-form-1.dat.gz")) {
            Files.write(data, new GZIPInputStream(packed).readAllBytes());
        }

        try (FlowTable table = FlowTable.open(directory, 1_024)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.RECOVERED);
            assertThat(table.size()).isEqualTo(8);
            FlowRecord flow = new FlowRecord();
            FlowState[] states = {FlowState.SYN, FlowState.ESTABLISHED, FlowState.CLOSING, FlowState.UDP};
            for (int i = 0; i < 8; i++) {
                assertThat(table.find(Keys.mixed(i), flow)).isTrue();
                assertThat(flow.backendId()).isEqualTo(100 + i);
                assertThat(flow.state()).isEqualTo(states[i / 2]);
                assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + i);
                assertThat(flow.packets()).isEqualTo(i);
                assertThat(flow.bytes()).isEqualTo(1_000L * i);
            }
        }
    }

    @Test
    void shouldMakeADirectoryThatIsMissing() throws Exception {
        Path missing = directory.resolve("not/yet");

        try (FlowTable table = FlowTable.open(missing, MAX_FLOWS)) {
            assertThat(table.size()).isZero();
            assertThat(missing.resolve("flows.dat")).exists();
        }
    }

    @Test
    void shouldSayWhatAndWhyAndWhatToDoWhereThereIsNoDirectoryToBe() throws Exception {
        Path file = Files.createFile(directory.resolve("state"));

        assertThatThrownBy(() -> FlowTable.open(file, MAX_FLOWS)).isInstanceOfSatisfying(FlowFileException.class, e -> {
            assertThat(e.what()).isEqualTo("flow table in " + file);
            assertThat(e.why()).contains("FileAlreadyExists");
            assertThat(e.remedy()).contains("directory");
            assertThat(e).hasMessage(e.what() + ": " + e.why() + "; " + e.remedy());
        });
    }

    @Test
    void shouldKeepItsFlowsWhenItsFileIsDeletedUnderIt() throws Exception {
        fill();
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.lostFile()).isNull();
            Files.delete(data);

            assertThat(table.lostFile()).isEqualTo(data);
            table.put(Keys.mixed(FLOWS), record(FLOWS));
        }

        assertAllThere(FLOWS + 1);
    }

    @Test
    void shouldKeepItsFlowsWhenAnotherFileTookItsPlace() throws Exception {
        fill();
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            Files.move(data, directory.resolve("mine"));
            Files.writeString(data, "yours");

            assertThat(table.lostFile()).isEqualTo(data);
        }

        assertAllThere(FLOWS);
        try (var files = Files.list(directory)) {
            Path stray = files.filter(file -> file.toString().contains("flows.dat.stray-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(stray).hasContent("yours");
        }
    }

    @Test
    void shouldNotMissAFileThatIsBack() throws Exception {
        fill();
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            Path elsewhere = directory.resolve("mine");
            Files.move(data, elsewhere);
            assertThat(table.lostFile()).isNotNull();
            Files.move(elsewhere, data);

            assertThat(table.lostFile()).isNull();
        }

        assertAllThere(FLOWS);
    }

    @Test
    void shouldKeepItsFlowsWhenItsDirectoryIsDeletedUnderIt() throws Exception {
        Path state = directory.resolve("state");
        try (FlowTable table = FlowTable.open(state, MAX_FLOWS)) {
            table.put(Keys.mixed(0), record(0));
            for (String name : new String[] {"flows.dat", "flows.lock", ""}) {
                Files.delete(state.resolve(name));
            }
        }

        try (FlowTable table = FlowTable.open(state, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CLEAN);
            assertThat(table.size()).isEqualTo(1);
        }
    }

    private static FlowRecord record(int number) {
        FlowRecord flow = new FlowRecord().set(1 + number % 2, FlowState.UDP, NOW_MS, number, 100L * number);
        flow.seal(Keys.mixed(number));
        return flow;
    }

    private void fill() throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            for (int i = 0; i < FLOWS; i++) {
                table.put(Keys.mixed(i), record(i));
            }
        }
    }

    private void assertAllThere(int flows) throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CLEAN);
            assertThat(table.size()).isEqualTo(flows);
            FlowRecord flow = new FlowRecord();
            for (int i = 0; i < flows; i++) {
                assertThat(table.find(Keys.mixed(i), flow)).isTrue();
                assertThat(flow.packets()).isEqualTo(i);
            }
        }
    }

    private Path assertSetAside(String reason) throws IOException {
        try (FlowTable table = FlowTable.open(directory, MAX_FLOWS)) {
            assertThat(table.origin()).isEqualTo(FlowTable.Origin.CREATED);
            assertThat(table.size()).isZero();
            Path aside = table.setAside();
            assertThat(aside).isNotNull().exists();
            assertThat(aside.getFileName().toString()).matches("flows\\.dat\\." + reason + "-\\d+");
            return aside;
        }
    }
}
