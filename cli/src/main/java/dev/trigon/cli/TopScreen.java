package dev.trigon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * {@code vipctl top} on a terminal: the whole screen, drawn once a second and at each key. Whatever ends it, the terminal is as
 * it was. The only user of JLine, whose classes are loaded for nothing else.
 */
final class TopScreen implements AutoCloseable {
    private static final long REFRESH_MS = 1_000;
    private static final String KEYS = "sort: n name, p packets, b bits, f flows; q quits";
    /** The line of keys, an empty one, and one that stays free. */
    private static final int OTHER_LINES = 3;

    private final Screen screen;
    private final Terminal terminal;
    private final Attributes before;
    private final Thread atExit = new Thread(this::restore, "restore-terminal");
    private volatile boolean ended;
    private volatile boolean resized;
    private boolean restored;
    private TopOrder order;

    TopScreen(Screen screen, TopOrder order) throws IOException {
        this.screen = screen;
        this.order = order;
        terminal = TerminalBuilder.builder().system(true).dumb(false).build();
        before = terminal.enterRawMode();
        terminal.handle(Signal.INT, signal -> ended = true);
        terminal.handle(Signal.WINCH, signal -> resized = true);
        // for what ends the JVM from outside
        Runtime.getRuntime().addShutdownHook(atExit);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
    }

    /** Shows what is asked for once a second, until q is pressed or the run interrupted. */
    void run(Supplier<List<TopRow>> rows) throws IOException {
        while (!ended) {
            List<TopRow> now = rows.get();
            draw(now);
            long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REFRESH_MS);
            long leftMs = REFRESH_MS;
            while (!ended && leftMs > 0) {
                obey(terminal.reader().read(Math.min(leftMs, REFRESH_MS / 10)), now);
                leftMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
            }
        }
    }

    private void obey(int key, List<TopRow> rows) {
        TopOrder chosen = TopOrder.byKey(key);
        if (key == 'q' || key == NonBlockingReader.EOF) {
            ended = true;
        } else if (chosen != null || resized) {
            order = chosen == null ? order : chosen;
            resized = false;
            draw(rows);
        }
    }

    private void draw(List<TopRow> rows) {
        StringWriter table = new StringWriter();
        int columns = Math.max(1, terminal.getWidth());
        Screen part = screen.part(new PrintWriter(table), columns);
        TopTable.of(order.sorted(rows)).print(part);
        List<String> lines = table.toString()
                .lines()
                .limit(Math.max(1, terminal.getHeight() - OTHER_LINES))
                .toList();
        terminal.puts(Capability.cursor_home);
        line(KEYS.substring(0, Math.min(columns, KEYS.length())));
        line("");
        lines.forEach(this::line);
        terminal.puts(Capability.clr_eos);
        terminal.flush();
    }

    private void line(String text) {
        terminal.writer().print(text);
        terminal.puts(Capability.clr_eol);
        terminal.writer().print("\r\n");
    }

    @Override
    public void close() throws IOException {
        restore();
        Runtime.getRuntime().removeShutdownHook(atExit);
        terminal.close();
    }

    private synchronized void restore() {
        if (!restored) {
            restored = true;
            terminal.puts(Capability.cursor_visible);
            terminal.puts(Capability.exit_ca_mode);
            terminal.flush();
            terminal.setAttributes(before);
        }
    }
}
