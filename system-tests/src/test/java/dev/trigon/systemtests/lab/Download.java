package dev.trigon.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A curl that fetches 500 MiB at a steady rate, and is watched while things happen to it. */
public final class Download {
    public static final long OCTETS = 500L << 20;

    /** What curl ends with when its connection is reset. */
    public static final int RESET = 56;

    private static final Pattern SERVER = Pattern.compile("X-Server: (\\S+)");
    private static final Pattern WRITTEN = Pattern.compile("wchar: (\\d+)");
    private static final Duration BEGUN = Duration.ofSeconds(15);
    private static final Duration DONE = Duration.ofMinutes(2);
    private static final long SOME_OCTETS = 256 << 10;
    /** More than the client's kernel keeps for curl: {@link Lab} sees to that. */
    private static final long MORE_OCTETS = 2 << 20;

    private final Program curl;
    private final Family family;
    private final int port;
    private final Path headers;
    private String server = "";

    private Download(Program curl, Family family, int port, Path headers) {
        this.curl = curl;
        this.family = family;
        this.port = port;
        this.headers = headers;
    }

    /**
     * @param service which port of the VIP
     * @param rate as curl has it, such as 8M octets a second
     * @param port of the client
     */
    static Download start(Host client, Family family, int service, String rate, int port) {
        Path headers = client.directory().resolve("headers-%s-%d".formatted(family, port));
        Program curl = client.start(
                "curl",
                "-sS",
                "--max-time",
                "900",
                "--limit-rate",
                rate,
                "-D",
                headers.toString(),
                "-o",
                "/dev/null",
                "-w",
                "octets %{size_download}\\n",
                "--local-port",
                String.valueOf(port),
                "http://" + family.vip(service) + "/500M.bin");
        return new Download(curl, family, port, headers);
    }

    Download awaitBegin() {
        Eventually.within(BEGUN, this::hasBegun, () -> this + " does not begin; it said: " + curl.log());
        return this;
    }

    private boolean hasBegun() {
        if (!Files.exists(headers) || octets() < SOME_OCTETS) {
            return false;
        }
        Matcher said = SERVER.matcher(Output.read(headers));
        assertThat(said.find()).as(headers.toString()).isTrue();
        server = said.group(1);
        return true;
    }

    public Family family() {
        return family;
    }

    /** The server that said so itself when it began. */
    public String server() {
        return server;
    }

    /** The client's end of it, as vipctl has it. */
    public String client() {
        return family.client(port);
    }

    public boolean isRunning() {
        return curl.isAlive();
    }

    /** What curl has had so far: it writes little else. */
    public long octets() {
        if (isWhole()) {
            return OCTETS;
        }
        try {
            Matcher written = WRITTEN.matcher(Files.readString(Path.of("/proc", String.valueOf(curl.pid()), "io")));
            return written.find() ? Long.parseLong(written.group(1)) : 0;
        } catch (IOException e) {
            if (curl.isAlive()) {
                throw new UncheckedIOException(e);
            }
            throw new AssertionError(this + " is over", curl.ended());
        }
    }

    /** Whether more has come since there were so many octets than was on its way already, or all of it. */
    boolean hasGrownSince(long before) {
        return isWhole() || octets() > before + MORE_OCTETS;
    }

    public boolean isWhole() {
        return !curl.isAlive() && curl.log().contains("octets " + OCTETS);
    }

    public void shouldBecomeWhole() {
        assertThat(curl.await(DONE)).as(this + ": " + curl.log()).isZero();
        assertThat(curl.log()).as(toString()).contains("octets " + OCTETS);
    }

    /** It is not only that nothing comes any more: the client is told, and soon. */
    public void shouldBeReset(Duration limit) {
        assertThat(curl.await(limit)).as(this + ": " + curl.log()).isEqualTo(RESET);
        assertThat(curl.log()).doesNotContain("octets " + OCTETS);
    }

    void end() {
        if (curl.isAlive()) {
            curl.kill();
        }
    }

    @Override
    public String toString() {
        return "the download of %s from %s".formatted(client(), server.isEmpty() ? "nobody" : server);
    }
}
